import { useEffect, useRef, useState } from 'preact/hooks';
import type { GivenImage } from '../cards/card.js';

/** Browsers lend the camera to pages from this machine and to those under https. */
export const hasCamera = () => navigator.mediaDevices?.getUserMedia !== undefined;

interface CameraDialogProps {
  onPicture(picture: GivenImage): void;
  onClose(): void;
}

export function CameraDialog({ onPicture, onClose }: CameraDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [trouble, setTrouble] = useState('');
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    dialog.current!.showModal();
    const stream = navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    stream.then(
      (given) => {
        if (video.current) video.current.srcObject = given;
      },
      (error: Error) => setTrouble(`The camera cannot be used: ${error.message}`),
    );
    return () => {
      void stream.then((given) => given.getTracks().forEach((track) => void track.stop())).catch(() => undefined);
    };
  }, []);
  const shoot = () => {
    const { videoWidth, videoHeight } = video.current!;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [videoWidth, videoHeight];
    canvas.getContext('2d')!.drawImage(video.current!, 0, 0);
    canvas.toBlob(
      (blob) => {
        if (blob)
          onPicture({ name: `photo-${new Date().toISOString().slice(11, 19).replaceAll(':', '-')}.jpg`, source: blob });
        onClose();
      },
      'image/jpeg',
      0.92,
    );
  };
  return (
    <dialog ref={dialog} class="camera" aria-label="Camera" onClose={onClose}>
      <video ref={video} autoPlay playsInline muted onPlaying={() => setReady(true)} />
      <p class="bad" role="alert">
        {trouble}
      </p>
      <div class="row">
        <button type="button" class="primary" disabled={!isReady} onClick={shoot}>
          Take the picture
        </button>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </dialog>
  );
}
