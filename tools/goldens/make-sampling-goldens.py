"""Writes test/reference/goldens-sampling.json: what transformers samples, and bans, in fp32 and batches of one.

usage: make-sampling-goldens.py        (needs torch, transformers, safetensors, numpy, pillow)

transformers' own `generate` does the work; only the last step is replaced: where it calls torch.multinomial, the token is
taken into whose share of the probabilities, laid out in the vocabulary's order, a given uniform number falls. The numbers
are those of packages/blip/src/uniforms.ts (Philox 4x32-10, written down once more here).

- `steps`: of the demo model, whose vocabulary is small: the sequence so far, the raw logits, and what each of several
  settings makes of them: the probabilities (those above 1e-6) and the tokens that some uniform numbers pick.
- `samples`: whole captions by sampling, with several sequences of an image and with bad words.
- `bans`: greedy and beam search with bad words.
- `beams`: several sequences of one search.
"""
import json
from pathlib import Path

import numpy as np
import torch
import transformers
from PIL import Image
from transformers import AutoTokenizer, BlipForConditionalGeneration

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "test" / "reference"
FOLDERS = {"demo": ROOT / "models" / "demo", "caption": REFERENCE / "caption"}
IMAGES = {
    "demo": [f"test/reference/pixels/scene-{scene}-128.png" for scene in (0, 63, 123, 202)],
    "caption": [f"test/reference/pixels/{name}-96.png" for name in ("astronaut", "chelsea", "coffee")],
}


def cut_scenes():
    """The scenes as files of their exact pixels, which do not depend on who decodes a JPEG."""
    sheet = Image.open(REFERENCE / "demo-scenes.jpg").convert("RGB")
    for path in IMAGES["demo"]:
        scene = int(path.split("-")[-2])
        left, top = scene % 20 * 128, scene // 20 * 128
        sheet.crop((left, top, left + 128, top + 128)).save(ROOT / path, optimize=True)


def philox(counter, key):
    a, b, c, d = counter
    left, right = key
    for _ in range(10):
        x, y = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (y >> 32) ^ b ^ left, y & 0xFFFFFFFF, (x >> 32) ^ d ^ right, x & 0xFFFFFFFF
        left, right = (left + 0x9E3779B9) & 0xFFFFFFFF, (right + 0xBB67AE85) & 0xFFFFFFFF
    return a, b, c, d


def uniforms(seed, stream, count):
    words = [word for block in range((count + 3) // 4) for word in philox((block, stream, 0, 0), (seed & 0xFFFFFFFF, seed >> 32))]
    return [(word >> 9) * 2.0**-23 for word in words[:count]]


def pick(probabilities, uniform):
    """The token, and how far the number is from the next token's share."""
    cumulated = np.cumsum(np.asarray(probabilities, np.float64))
    at = uniform * cumulated[-1]
    token = int(np.searchsorted(cumulated, at, side="right"))
    return token, float(min(abs(cumulated - at)))


class Model:
    def __init__(self, name):
        self.name = name
        self.model = BlipForConditionalGeneration.from_pretrained(FOLDERS[name], dtype=torch.float32, attn_implementation="eager").eval()
        self.tokenizer = AutoTokenizer.from_pretrained(FOLDERS[name])
        self.processor = json.loads((FOLDERS[name] / "preprocessor_config.json").read_text())

    def pixel_values(self, path):
        pixels = np.asarray(Image.open(ROOT / path).convert("RGB"), np.float64) / 255
        assert pixels.shape[0] == self.model.config.vision_config.image_size, path
        normal = (pixels - np.array(self.processor["image_mean"])) / np.array(self.processor["image_std"])
        return torch.tensor(normal.transpose(2, 0, 1)[None], dtype=torch.float32)

    def generate(self, image, prompt, params):
        text = {} if prompt is None else dict(self.tokenizer(prompt, return_tensors="pt"))
        text.pop("token_type_ids", None)
        kwargs = {name: value for name, value in params.items() if name not in ("bad_words", "seed")}
        if "bad_words" in params:
            kwargs["bad_words_ids"] = [self.ids(word) for word in params["bad_words"]]
        margins = []
        if params.get("do_sample"):
            streams = [uniforms(params["seed"], stream, params["max_new_tokens"]) for stream in range(params.get("num_return_sequences", 1))]
            step = iter(range(10**6))

            def multinomial(probabilities, num_samples):
                now = next(step)
                picks = [pick(row, streams[stream][now]) for stream, row in enumerate(probabilities)]
                margins.extend(margin for _, margin in picks)
                return torch.tensor([[token] for token, _ in picks])

            original, torch.multinomial = torch.multinomial, multinomial
        try:
            with torch.no_grad():
                out = self.model.generate(
                    pixel_values=self.pixel_values(image), **text, **kwargs, return_dict_in_generate=True, output_scores=True, output_logits=True
                )
        finally:
            if params.get("do_sample"):
                torch.multinomial = original
        assert all(margin > 2e-6 for margin in margins), ("choose another seed", image, params, min(margins))
        return out

    def ids(self, text):
        return self.tokenizer(text, add_special_tokens=False).input_ids

    def sequence(self, ids, prompt_length):
        """Without what transformers fills up with."""
        end = self.model.config.text_config.sep_token_id
        stop = next((at + 1 for at in range(prompt_length, len(ids)) if ids[at] == end), len(ids))
        return {"ids": ids[:stop], "text": self.tokenizer.decode(ids[:stop], skip_special_tokens=True).strip()}

    def cases(self, images, prompts, all_params):
        results = []
        for image in images:
            for prompt in prompts:
                for params in all_params:
                    out = self.generate(image, prompt, params)
                    length = 1 + (0 if prompt is None else len(self.ids(prompt)))
                    sequences = [self.sequence(ids.tolist(), length) for ids in out.sequences]
                    if params.get("num_beams", 1) > 1:
                        for sequence, score in zip(sequences, out.sequences_scores):
                            sequence["score"] = score.item()
                    results.append({"model": self.name, "image": image, "prompt": prompt, "params": params, "sequences": sequences})
        return results


WARPERS = [
    {"temperature": 1.0},
    {"temperature": 0.5},
    {"temperature": 3.0},
    {"temperature": 1.0, "top_k": 1},
    {"temperature": 1.0, "top_k": 5},
    {"temperature": 2.0, "top_k": 50},
    {"temperature": 1.0, "top_k": 1000},
    {"temperature": 1.0, "top_p": 0.9},
    {"temperature": 2.0, "top_p": 0.5},
    {"temperature": 1.0, "top_p": 1e-6},
    {"temperature": 4.0, "top_p": 0.999},
    {"temperature": 2.5, "top_k": 20, "top_p": 0.8},
    {"temperature": 3.0, "top_k": 0, "top_p": 0.95, "bad_words": ["a", "of", "a picture"]},
    {"temperature": 3.0, "bad_words": ["dog", "cat", "the", "red"], "repetition_penalty": 1.3},
    {"temperature": 2.0, "top_k": 10, "no_repeat_ngram_size": 1, "min_new_tokens": 6},
]


def steps(model):
    """One greedy run's sequences and logits, and what each setting makes of each of its steps."""
    results = []
    for image, prompt in zip(IMAGES["demo"][:2], [None, "a picture of"]):
        for at in (0, 1, 3):
            plain = model.generate(image, prompt, {"max_new_tokens": 8, "do_sample": False})
            length = plain.sequences.shape[1] - len(plain.logits)
            tokens = plain.sequences[:, : length + at]
            logits = plain.logits[at]
            settings = []
            for params in WARPERS:
                kwargs = {"top_k": 0, "top_p": 1.0, "do_sample": True, **params}
                words = kwargs.pop("bad_words", [])
                if words:
                    kwargs["bad_words_ids"] = [model.ids(word) for word in words]
                config = transformers.GenerationConfig(max_new_tokens=8, eos_token_id=model.model.config.text_config.sep_token_id, pad_token_id=0, **kwargs)
                decoder = model.model.text_decoder
                decoder._prepare_special_tokens(config, device=torch.device("cpu"))
                processors = decoder._get_logits_processor(config, input_ids_seq_length=length, device=torch.device("cpu"))
                probabilities = torch.softmax(processors(tokens, logits.clone()), -1)[0].tolist()
                numbers = uniforms(len(results), len(settings), 4)
                picks = [pick(probabilities, number) for number in numbers]
                settings.append(
                    {
                        "params": params,
                        "probabilities": {str(token): float(f"{p:.7g}") for token, p in enumerate(probabilities) if p > 1e-6},
                        "uniforms": [number for number, (_, margin) in zip(numbers, picks) if margin > 2e-6],
                        "picks": [token for token, margin in picks if margin > 2e-6],
                    }
                )
            results.append(
                {
                    "prompt_length": length,
                    "tokens": tokens[0].tolist(),
                    "logits": [float(f"{logit:.9g}") for logit in logits[0].tolist()],
                    "settings": settings,
                }
            )
    return results


def sampled(seed, **params):
    return {"max_new_tokens": 12, "do_sample": True, "temperature": 1.0, "top_k": 0, "top_p": 1.0, "seed": seed, **params}


cut_scenes()
demo, caption = Model("demo"), Model("caption")
usual = [word for word in demo.cases(IMAGES["demo"][:1], [None], [{"max_new_tokens": 20}])[0]["sequences"][0]["text"].split() if len(word) > 2]
said = caption.cases(IMAGES["caption"][:1], [None], [{"max_new_tokens": 8}])[0]["sequences"][0]["text"].split()
goldens = {
    "made_with": {"transformers": transformers.__version__, "torch": torch.__version__, "attn": "eager", "dtype": "float32"},
    "steps": steps(demo),
    "samples": [
        *demo.cases(
            IMAGES["demo"],
            [None, "a picture of"],
            [
                sampled(1),
                sampled(2**40 + 5, temperature=2.0, top_k=20),
                sampled(3, temperature=1.5, top_p=0.9, num_return_sequences=3),
                sampled(4, temperature=2.5, top_k=40, top_p=0.95, bad_words=usual, min_new_tokens=5),
            ],
        ),
        *caption.cases(
            IMAGES["caption"],
            [None, "a picture of"],
            [
                sampled(11, max_new_tokens=6, top_k=50),
                sampled(12, max_new_tokens=6, temperature=0.7, top_p=0.8, repetition_penalty=1.2),
                sampled(13, max_new_tokens=6, temperature=0.5, num_return_sequences=4, bad_words=said),
            ],
        ),
    ],
    "bans": [
        *demo.cases(
            IMAGES["demo"],
            [None, "a picture of"],
            [
                {"max_new_tokens": 16, "bad_words": usual},
                {"max_new_tokens": 16, "bad_words": [" ".join(usual[:2]), "a"], "no_repeat_ngram_size": 2},
                {"max_new_tokens": 16, "num_beams": 3, "bad_words": usual},
            ],
        ),
        *caption.cases(
            IMAGES["caption"],
            [None],
            [{"max_new_tokens": 8, "bad_words": said}, {"max_new_tokens": 8, "num_beams": 4, "bad_words": said, "repetition_penalty": 1.2}],
        ),
    ],
    "beams": [
        case
        for model in (demo, caption)
        for case in model.cases(
            IMAGES[model.name],
            [None, "a picture of"],
            [
                {"max_new_tokens": 12, "num_beams": 2, "num_return_sequences": 2},
                {"max_new_tokens": 12, "num_beams": 5, "num_return_sequences": 3, "length_penalty": 2.0},
                {"max_new_tokens": 12, "num_beams": 4, "num_return_sequences": 4, "early_stopping": True},
                {"max_new_tokens": 3, "num_beams": 8, "num_return_sequences": 8, "no_repeat_ngram_size": 1},
            ],
        )
    ],
}
(REFERENCE / "goldens-sampling.json").write_text(json.dumps(goldens, separators=(",", ":")) + "\n")
