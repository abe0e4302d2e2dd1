import { useEffect, useRef, useState } from 'preact/hooks';
import { type GivenImage, imagesMax } from '../cards/card.js';
import { addressedPicture, picturesOf, transferredPictures } from '../cards/transferred-pictures.js';
import { CameraDialog, hasCamera } from './camera-dialog.js';

/** Dropped, pasted, chosen, from a camera or by address. */
export function PictureInputs({ onPictures }: { onPictures(pictures: GivenImage[]): void }) {
  const [isOver, setOver] = useState(false);
  const [camera, setCamera] = useState(false);
  const [trouble, setTrouble] = useState('');
  const take = (pictures: GivenImage[]) => {
    setTrouble('');
    if (pictures.length > imagesMax)
      setTrouble(`These are ${pictures.length} images; the first ${imagesMax} were taken.`);
    if (pictures.length > 0) onPictures(pictures.slice(0, imagesMax));
  };
  useDropAndPaste(take, setOver);
  return (
    <>
      <label class={isOver ? 'drop over' : 'drop'}>
        <input
          type="file"
          multiple
          accept="image/*,.heic,.heif,.avif,.tif,.tiff,.bmp"
          class="visually-hidden"
          onChange={({ currentTarget }) => {
            take(picturesOf(currentTarget.files));
            currentTarget.value = '';
          }}
        />
        <strong>Drop images here</strong>
        <span>
          paste them, or <span class="link">choose files</span>
        </span>
      </label>
      <div class="row">
        <AddressForm onAddress={(source) => take([addressedPicture(source)])} />
        {hasCamera() && (
          <button type="button" onClick={() => setCamera(true)}>
            Camera
          </button>
        )}
      </div>
      <p class="bad" role="alert">
        {trouble}
      </p>
      {camera && <CameraDialog onPicture={(one) => take([one])} onClose={() => setCamera(false)} />}
    </>
  );
}

function AddressForm({ onAddress }: { onAddress(address: string): void }) {
  const [address, setAddress] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    if (address.trim() === '') return;
    onAddress(address.trim());
    setAddress('');
  };
  return (
    <form class="address" onSubmit={submit}>
      <input
        aria-label="Address of an image"
        placeholder="https://…"
        value={address}
        onInput={(event) => setAddress(event.currentTarget.value)}
      />
      <button type="submit">Add</button>
    </form>
  );
}

/** On the whole page, except that a text pasted into a field stays one. */
function useDropAndPaste(onPictures: (pictures: GivenImage[]) => void, setOver: (over: boolean) => void): void {
  const latest = useRef(onPictures);
  latest.current = onPictures;
  useEffect(() => {
    const over = (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    };
    const leave = ({ relatedTarget }: DragEvent) => relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      latest.current(transferredPictures(event.dataTransfer));
    };
    const paste = (event: ClipboardEvent) => {
      const inField = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      const files = picturesOf(event.clipboardData?.files);
      const pictures = files.length > 0 || inField ? files : transferredPictures(event.clipboardData);
      if (pictures.length > 0) event.preventDefault();
      latest.current(pictures);
    };
    const stop = new AbortController();
    const { signal } = stop;
    addEventListener('dragover', over, { signal });
    addEventListener('dragleave', leave, { signal });
    addEventListener('drop', drop, { signal });
    document.addEventListener('paste', paste, { signal });
    return () => stop.abort();
  }, [setOver]);
}
