"""Captions with one of BlipQ's peers, for benchmarks/src/peer-model.ts.

    python peer.py PEER PRECISION CHECKPOINT IMAGES NEW_TOKENS THREADS FOLDER

PEER is eager, compiled, onnxruntime or openvino, PRECISION fp32, bf16 or int8. IMAGES is a file of uint8 [8, S, S, 3]. What
a peer makes of the checkpoint is kept in FOLDER.

Prints a line of JSON when the model is ready, and then one for each line on standard input, {"batch": 4}: the milliseconds
that encoding and decoding took, and the ids of each caption. {"batch": 4, "embeds": PATH} also writes the image embeddings
there, float32 [4, N, D].
"""

import importlib
import json
import os
import sys
import time

peer, precision, checkpoint, images_path, new_tokens, threads, folder = sys.argv[1:]
os.environ["OMP_NUM_THREADS"] = threads
os.environ["HF_HUB_OFFLINE"] = "1"

import torch  # noqa: E402
import transformers  # noqa: E402


def resident_bytes():
    fields = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return {name: int(fields[f"Rss{name.title()}"].split()[0]) * 1024 for name in ("anon", "file")}


def read_images():
    """The images as BLIP's processor gives them: float32 [8, 3, S, S]"""
    settings = json.load(open(os.path.join(checkpoint, "preprocessor_config.json")))
    side = settings["size"]["height"]
    mean, std = (
        torch.tensor(settings.get(name, default)).view(1, 3, 1, 1)
        for name, default in (
            ("image_mean", [0.48145466, 0.4578275, 0.40821073]),
            ("image_std", [0.26862954, 0.26130258, 0.27577711]),
        )
    )
    images = torch.frombuffer(bytearray(open(images_path, "rb").read()), dtype=torch.uint8)
    return ((images.view(-1, side, side, 3).permute(0, 3, 1, 2).float() / 255) - mean) / std


def main():
    torch.set_num_threads(int(threads))
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    pixels = read_images()
    started = time.perf_counter()
    module = importlib.import_module(f"{peer}_peer")
    if not module.is_prepared(folder, precision):
        os.makedirs(folder, exist_ok=True)
        module.prepare(checkpoint, precision, pixels, int(new_tokens), folder)
        # What preparing took of memory is given back.
        os.execv(sys.executable, [sys.executable, *sys.argv])
    model = module.load(
        checkpoint=checkpoint,
        precision=precision,
        new_tokens=int(new_tokens),
        threads=int(threads),
        folder=folder,
    )
    ready_ms = (time.perf_counter() - started) * 1000

    def caption(batch, embeds_path=None):
        rows = pixels[[index % len(pixels) for index in range(batch)]]
        cpu = time.process_time()
        start = time.perf_counter()
        encoded = model.encode(rows)
        middle = time.perf_counter()
        ids = model.decode(encoded)
        end = time.perf_counter()
        times = {"encodeMs": (middle - start) * 1000, "decodeMs": (end - middle) * 1000}
        times["cpuMs"] = (time.process_time() - cpu) * 1000
        if embeds_path:
            with open(embeds_path, "wb") as file:
                file.write(model.embeds(encoded).float().contiguous().numpy().tobytes())
        return {**times, "tokenIds": ids, "memory": resident_bytes()}

    with torch.inference_mode():
        for batch in (1, 2):
            caption(batch)
        print(json.dumps({"readyMs": ready_ms, "versions": module.versions()}), flush=True)
        for line in sys.stdin:
            order = json.loads(line)
            print(json.dumps(caption(order["batch"], order.get("embeds"))), flush=True)


main()
