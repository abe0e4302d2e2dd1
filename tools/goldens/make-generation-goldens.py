"""Writes test/reference/goldens-generation.json: what transformers generates, in fp32 and batches of one, where goldens.json says nothing.

usage: make-generation-goldens.py        (needs torch, transformers, safetensors, numpy, pillow)

- `caption`: n-gram blocking, penalties with beams, every kind of early stopping, more beams, long prompts.
- `caption-fp16`: the cases of goldens.json for the fp16 files (caption-sharded, caption-pickle). Their vocabulary bias is rounded to
  half precision, so that their log-probabilities differ from those of `caption` by up to 1.6e-3.
"""
import json
from pathlib import Path

import numpy as np
import torch
import transformers
from PIL import Image
from transformers import AutoTokenizer, BlipForConditionalGeneration

REFERENCE = Path(__file__).resolve().parents[2] / "test" / "reference"
IMAGES = [f"pixels/{name}-96.png" for name in ("astronaut", "chelsea", "coffee", "rocket")]
PROMPTS = [None, "a picture of", "the quick brown fox, isn't it? the quick brown"]
PARAMS = [
    {"max_new_tokens": 16, "no_repeat_ngram_size": 1},
    {"max_new_tokens": 16, "no_repeat_ngram_size": 2},
    {"max_new_tokens": 20, "min_new_tokens": 20, "no_repeat_ngram_size": 3, "repetition_penalty": 1.2},
    {"max_new_tokens": 12, "repetition_penalty": 0.8},
    {"max_new_tokens": 16, "num_beams": 2, "no_repeat_ngram_size": 2},
    {"max_new_tokens": 16, "num_beams": 3, "repetition_penalty": 1.5, "length_penalty": 2.0},
    {"max_new_tokens": 16, "num_beams": 4, "early_stopping": "never", "length_penalty": 1.5},
    {"max_new_tokens": 16, "num_beams": 4, "early_stopping": "never", "length_penalty": -1.0},
    {"max_new_tokens": 16, "num_beams": 3, "early_stopping": True, "length_penalty": 0.0},
    {"max_new_tokens": 1, "num_beams": 3},
    {"max_new_tokens": 1},
]


def pixel_values(path, processor):
    image = np.asarray(Image.open(REFERENCE / path).convert("RGB"), np.float64) / 255
    normal = (image - np.array(processor["image_mean"])) / np.array(processor["image_std"])
    return torch.tensor(normal.transpose(2, 0, 1)[None], dtype=torch.float32)


def generate(folder, cases):
    model = BlipForConditionalGeneration.from_pretrained(REFERENCE / folder, dtype=torch.float32, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(REFERENCE / folder)
    processor = json.loads((REFERENCE / folder / "preprocessor_config.json").read_text())
    results = []
    for image, prompt, params in cases:
        text = {} if prompt is None else dict(tokenizer(prompt, return_tensors="pt"))
        text.pop("token_type_ids", None)
        with torch.no_grad():
            out = model.generate(pixel_values=pixel_values(image, processor), **text, **params, return_dict_in_generate=True, output_scores=True)
        ids = out.sequences[0].tolist()
        case = {"image": image, "prompt": prompt, "params": params, "ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=True).strip()}
        if params.get("num_beams", 1) > 1:
            case["sequence_score"] = out.sequences_scores[0].item()
        else:
            generated = ids[len(ids) - len(out.scores):]
            case["token_logprobs"] = [torch.log_softmax(score[0], -1)[token].item() for score, token in zip(out.scores, generated)]
        results.append(case)
    return results


known = json.loads((REFERENCE / "goldens.json").read_text())["caption"]
goldens = {
    "made_with": {"transformers": transformers.__version__, "torch": torch.__version__, "attn": "eager", "dtype": "float32"},
    "caption": generate("caption", [(i, p, params) for i in IMAGES for p in PROMPTS for params in PARAMS]),
    "caption-fp16": generate("caption-sharded", [(c["image"], c["prompt"], c["params"]) for c in known]),
}
(REFERENCE / "goldens-generation.json").write_text(json.dumps(goldens, indent=1) + "\n")
for mine, theirs in zip(goldens["caption-fp16"], known):
    assert mine["ids"] == theirs["ids"] and mine["text"] == theirs["text"], (mine, theirs)
