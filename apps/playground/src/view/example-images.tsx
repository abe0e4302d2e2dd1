import type { GivenImage } from '../cards/card.js';
import book from '../examples/book-in-a-room.jpg';
import apples from '../examples/three-apples-on-a-yellow-background.png';
import umbrella from '../examples/umbrella-on-the-beach.jpg';

const examples = [
  { name: 'umbrella-on-the-beach.jpg', address: umbrella },
  { name: 'three-apples.png', address: apples },
  { name: 'book-in-a-room.jpg', address: book },
];

/** Drawings such as the bundled models know, for those who have none at hand. */
export function ExampleImages({ onImage }: { onImage(image: GivenImage): void }) {
  const take = async (name: string, address: string) => {
    const response = await fetch(address);
    onImage({ name, source: await response.blob() });
  };
  return (
    <div class="examples">
      <span class="quiet">Or try one:</span>
      {examples.map(({ name, address }) => (
        <button type="button" key={name} aria-label={`Try ${name}`} onClick={() => void take(name, address)}>
          <img src={address} alt="" width="40" height="40" />
        </button>
      ))}
    </div>
  );
}
