"""BLIP in PyTorch eager mode, as BentoBlip runs it, for benchmarks/src/pytorch.ts.

    python3 pytorch_blip.py CHECKPOINT float32|bfloat16 THREADS IMAGES NEW_TOKENS

Loads the checkpoint, prints a line of JSON when it is ready, and then one for each line on its input, {"batch": 4}: the
milliseconds that encoding and decoding took, and the first caption's ids. IMAGES is a file of uint8 [8, 384, 384, 3].
"""

import json
import os
import sys
import time

checkpoint, dtype_name, threads, images_path, new_tokens = sys.argv[1:]
os.environ["OMP_NUM_THREADS"] = threads
os.environ["HF_HUB_OFFLINE"] = "1"

import torch  # noqa: E402
import transformers  # noqa: E402

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)


def resident_bytes():
    fields = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return {name: int(fields[f"Rss{name.title()}"].split()[0]) * 1024 for name in ("anon", "file")}


def read_images(dtype):
    images = torch.frombuffer(bytearray(open(images_path, "rb").read()), dtype=torch.uint8)
    pixels = images.view(-1, 384, 384, 3).permute(0, 3, 1, 2).float() / 255
    return ((pixels - MEAN) / STD).to(dtype)


def main():
    torch.set_num_threads(int(threads))
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    dtype = getattr(torch, dtype_name)
    started = time.perf_counter()
    model = transformers.BlipForConditionalGeneration.from_pretrained(checkpoint, dtype=dtype).eval()
    pixels = read_images(dtype)
    ready_ms = (time.perf_counter() - started) * 1000

    encoded_at = 0.0

    def note_encoded(*_):
        nonlocal encoded_at
        encoded_at = time.perf_counter()

    model.vision_model.register_forward_hook(note_encoded)

    def caption(batch):
        rows = pixels[[index % len(pixels) for index in range(batch)]]
        cpu = time.process_time()
        start = time.perf_counter()
        ids = model.generate(pixel_values=rows, min_new_tokens=int(new_tokens), max_new_tokens=int(new_tokens))
        end = time.perf_counter()
        return {
            "encodeMs": (encoded_at - start) * 1000,
            "decodeMs": (end - encoded_at) * 1000,
            "cpuMs": (time.process_time() - cpu) * 1000,
            "tokenIds": ids[0].tolist(),
        }

    with torch.inference_mode():
        caption(1)
        about = {"torch": torch.__version__, "transformers": transformers.__version__}
        print(json.dumps({"readyMs": ready_ms, **about}), flush=True)
        for line in sys.stdin:
            result = caption(json.loads(line)["batch"])
            print(json.dumps({**result, "memory": resident_bytes()}), flush=True)


main()
