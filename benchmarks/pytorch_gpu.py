"""BLIP in PyTorch on a GPU, eagerly and by torch.compile, for benchmarks/src/gpu-pytorch.ts.

    python3 pytorch_gpu.py '{"checkpoint": …, "images": …, "batches": [1, 8], "runs": 5, "device": "cuda", "newTokens": 20}'

On CUDA it runs in fp16, on the CPU in fp32. Prints a line of JSON after each of the two ways, with the samples of all so
far. `images` is a file of uint8 [8, 384, 384, 3].
"""

import json
import subprocess
import sys
import time

import torch
import transformers

order = json.loads(sys.argv[1])
device = order["device"]
dtype = torch.float16 if device == "cuda" else torch.float32
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)


def synchronize():
    if device == "cuda":
        torch.cuda.synchronize()


def device_mb():
    if device != "cuda":
        return None
    words = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
    return int(subprocess.check_output(words).split()[0]) * 1.048576


def resident_mb():
    fields = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return int(fields["VmRSS"].split()[0]) * 1024 / 1e6


def main():
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    model = transformers.BlipForConditionalGeneration.from_pretrained(order["checkpoint"], dtype=dtype)
    model = model.to(device).eval()
    images = torch.frombuffer(bytearray(open(order["images"], "rb").read()), dtype=torch.uint8)
    pixels = images.view(-1, 384, 384, 3).permute(0, 3, 1, 2).float() / 255
    pixels = ((pixels - MEAN) / STD).to(device, dtype)
    encoded_at = 0.0

    def note_encoded(*_):
        nonlocal encoded_at
        synchronize()
        encoded_at = time.perf_counter()

    def caption(batch):
        rows = pixels[[index % len(pixels) for index in range(batch)]]
        synchronize()
        start = time.perf_counter()
        count = order["newTokens"]
        model.generate(pixel_values=rows, min_new_tokens=count, max_new_tokens=count, do_sample=False)
        synchronize()
        end = time.perf_counter()
        times = {"encodeMs": (encoded_at - start) * 1000, "decodeMs": (end - encoded_at) * 1000}
        return {"batch": batch, **times, "deviceMb": device_mb(), "residentMb": resident_mb()}

    def measured():
        for batch in order["batches"]:
            caption(batch)
        return [caption(batch) for _ in range(order["runs"]) for batch in order["batches"]]

    model.vision_model.register_forward_hook(note_encoded)
    half = "fp16" if device == "cuda" else "fp32"
    report = {f"PyTorch eager {half}": measured()}
    print(json.dumps(report), flush=True)
    model.vision_model.encoder.forward = torch.compile(model.vision_model.encoder.forward, dynamic=True)
    model.text_decoder.bert.encoder.forward = torch.compile(model.text_decoder.bert.encoder.forward, dynamic=True)
    try:
        report[f"PyTorch compiled {half}"] = measured()
    except Exception as error:  # Without a compiler there are still the figures of eager execution.
        print(f"torch.compile: {error}", file=sys.stderr)
    print(json.dumps(report))


with torch.inference_mode():
    main()
