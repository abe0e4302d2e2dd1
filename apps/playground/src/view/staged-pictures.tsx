import { useEffect, useState } from 'preact/hooks';
import type { GivenImage } from '../cards/card.js';
import { thumbnailOf } from '../cards/thumbnail.js';

interface StagedPicturesProps {
  pictures: GivenImage[];
  onRemove(picture: GivenImage): void;
}

/** The images that the next question is about. They stay for the one after it. */
export function StagedPictures({ pictures, onRemove }: StagedPicturesProps) {
  return (
    <ul class="staged" aria-label="Images to ask about">
      {pictures.map((picture, at) => (
        <li key={`${at} ${picture.name}`}>
          <StagedThumbnail picture={picture} />
          <button type="button" class="small" aria-label={`Remove ${picture.name}`} onClick={() => onRemove(picture)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

function StagedThumbnail({ picture: { name, source } }: { picture: GivenImage }) {
  const [thumbnail, setThumbnail] = useState<string>();
  useEffect(() => {
    void thumbnailOf(source).then(setThumbnail);
  }, [source]);
  return thumbnail ? <img src={thumbnail} alt={name} /> : <span class="no-thumbnail">{name}</span>;
}
