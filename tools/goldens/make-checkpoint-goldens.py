"""Writes what test/reference has of checkpoints as fine-tuners leave them: LoRA adapters that peft saved, a checkpoint with the names and
in the form of salesforce/BLIP, and goldens-checkpoints.json: what transformers generates from each, in fp32 and batches of one.

usage: make-checkpoint-goldens.py CONVERT        (needs torch, transformers, peft, safetensors, numpy, pillow)

CONVERT is transformers' convert_blip_original_pytorch_to_hf.py (in its source distribution up to 4.x), whose rename_key decides what the
original code's names mean. Weights of adapters and of `original` are random, scaled so that texts differ from the base's.
"""
import ast
import copy
import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import peft
import torch
import transformers
from PIL import Image
from transformers import (AutoTokenizer, BlipConfig, BlipForConditionalGeneration, BlipForImageTextRetrieval,
                          BlipForQuestionAnswering, BertTokenizer)

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "test" / "reference"
IMAGES = [f"pixels/{name}-96.png" for name in ("astronaut", "coffee")]
PROMPTS = [None, "a picture of"]
PARAMS = [{"max_new_tokens": 12, "min_new_tokens": 4}, {"max_new_tokens": 8, "num_beams": 3}]
CLASSES = {"caption": BlipForConditionalGeneration, "caption-tied-fp16": BlipForConditionalGeneration,
           "vqa": BlipForQuestionAnswering, "itm": BlipForImageTextRetrieval}
MEAN, STD = [0.48145467, 0.45782751, 0.40821072], [0.26862955, 0.26130259, 0.2757771]

TEXT_LAYER = r"text_decoder\.bert\.encoder\.layer"
ADAPTERS = {
    # Plain LoRA as notebooks have it, with qkv of the vision model too.
    "plain": dict(base="caption", config=dict(r=2, lora_alpha=16, target_modules=["query", "value", "qkv"])),
    # rsLoRA, targets as one expression, ranks and alphas of their own, all biases trained, saved as a pickle.
    "patterns": dict(base="caption", pickle=True, config=dict(
        r=2, lora_alpha=4, use_rslora=True, bias="all", target_modules=r".*\.(query|key|fc1|projection)",
        rank_pattern={r"layer.1.attention.self.query": 3, "fc1": 1}, alpha_pattern={r"crossattention\.self\.query": 12, "projection": 8})),
    # DoRA, of linear layers and of the patch convolution.
    "dora": dict(base="caption", config=dict(r=2, lora_alpha=8, use_dora=True, target_modules=["query", "dense", "patch_embedding"])),
    # Whole modules saved beside LoRA on the first layers alone; base with a tied head in fp16.
    "modules": dict(base="caption-tied-fp16", config=dict(
        r=1, lora_alpha=3, target_modules=["value", "qkv"], layers_to_transform=[0], layers_pattern=["layer", "layers"],
        modules_to_save=["transform", "post_layernorm"])),
    # LoRA on an embedding, and a head of its own.
    "embedding": dict(base="caption", config=dict(r=1, lora_alpha=3, target_modules=["word_embeddings", "position_embeddings"])),
    # Rows of the embeddings, here those of bos and of words in prompts and texts.
    "tokens": dict(base="caption", config=dict(r=1, lora_alpha=3, target_modules=["query"], trainable_token_indices={"word_embeddings": [30522, 1037, 3861]})),
    # The head of a tied base: merging changes the embeddings with it.
    "tied-head": dict(base="caption-tied-fp16", config=dict(r=1, lora_alpha=3, target_modules=["decoder", "qkv"])),
    # LoRA with a bias of its own, in both text models.
    "answers": dict(base="vqa", config=dict(r=2, lora_alpha=6, lora_bias=True, target_modules=["query", "dense", "fc2"])),
    "matches": dict(base="itm", config=dict(r=2, lora_alpha=6, bias="lora_only", target_modules=["key", "value", "vision_proj"], modules_to_save=["itm_head"])),
}


def pixel_values(path, mean=MEAN, std=STD):
    image = np.asarray(Image.open(REFERENCE / path).convert("RGB"), np.float64) / 255
    return torch.tensor(((image - np.array(mean)) / np.array(std)).transpose(2, 0, 1)[None], dtype=torch.float32)


def captions(model, tokenizer):
    for image in IMAGES:
        for prompt in PROMPTS:
            for params in PARAMS:
                text = {} if prompt is None else dict(tokenizer(prompt, return_tensors="pt"))
                text.pop("token_type_ids", None)
                ids = model.generate(pixel_values=pixel_values(image), **text, **params)[0].tolist()
                yield {"image": image, "prompt": prompt, "params": params, "ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=True).strip()}


def answers(model, tokenizer):
    for image in IMAGES:
        for question in ("how many dogs are there?", "what colour is it"):
            text = tokenizer(question, return_tensors="pt")
            ids = model.generate(pixel_values=pixel_values(image), input_ids=text.input_ids, attention_mask=text.attention_mask, **PARAMS[0])[0].tolist()
            yield {"image": image, "question": question, "params": PARAMS[0], "ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=True).strip()}


def matches(model, tokenizer):
    for image in IMAGES:
        for sentence in ("a cup of coffee", "a person in a space suit"):
            text = tokenizer(sentence, return_tensors="pt")
            inputs = dict(pixel_values=pixel_values(image), input_ids=text.input_ids, attention_mask=text.attention_mask)
            logits = model(**inputs, use_itm_head=True)[0][0].tolist()
            cosine = model(**inputs, use_itm_head=False)[0].item()
            yield {"image": image, "text": sentence, "itm_logits": logits, "itc_cosine": cosine}


def goldens(model, tokenizer):
    kind = {BlipForQuestionAnswering: answers, BlipForImageTextRetrieval: matches}.get(type(model), captions)
    with torch.no_grad():
        return list(kind(model, tokenizer))


class Near(transformers.LogitsProcessor):
    """Notes how near the second best token ever came to the best."""
    def __init__(self):
        self.margin = float("inf")

    def __call__(self, ids, scores):
        best = scores.topk(2).values
        self.margin = min(self.margin, (best[:, 0] - best[:, 1]).min().item())
        return scores


def is_clear(model, tokenizer, cases):
    """Whether rounding decides nothing: no greedy choice is near, and a little noise in the weights changes no text."""
    if "ids" not in cases[0]:
        return True
    for case in cases:
        if case["params"].get("num_beams"):
            continue
        near = Near()
        words = case.get("prompt") or case.get("question")
        text = {} if words is None else {"input_ids": tokenizer(words, return_tensors="pt").input_ids}
        with torch.no_grad():
            model.generate(pixel_values=pixel_values(case["image"]), **text, **case["params"], logits_processor=[near])
        if near.margin < 0.01:
            return False
    for _ in range(2):
        with torch.no_grad():
            noisy = copy.deepcopy(model)
            for value in noisy.parameters():
                value.mul_(1 + torch.randn_like(value) * 2e-5)
        if [case["ids"] for case in goldens(noisy, tokenizer)] != [case["ids"] for case in cases]:
            return False
    return True


def load(base):
    return CLASSES[base].from_pretrained(REFERENCE / base, dtype=torch.float32, attn_implementation="eager").eval()


def make_adapter(name, base, config, pickle=False):
    folder = REFERENCE / "adapters" / name
    shutil.rmtree(folder, ignore_errors=True)
    tokenizer = AutoTokenizer.from_pretrained(REFERENCE / base)
    plain = goldens(load(base), tokenizer)
    for seed in range(20):
        merged, cases = train(folder, base, config, pickle, seed, tokenizer)
        if is_clear(merged, tokenizer, cases):
            break
    differing = sum(a != b for a, b in zip(cases, plain))
    print(name, f"{differing} of {len(cases)} differ from the base, seed {seed},", sum(f.stat().st_size for f in folder.iterdir()), "bytes", flush=True)
    assert differing and seed < 19
    return {"base": base, "cases": cases}


def train(folder, base, config, pickle, seed, tokenizer):
    """Saves an adapter of random numbers; returns its base with it merged in, and what that generates."""
    torch.manual_seed(seed)
    model = peft.get_peft_model(load(base), peft.LoraConfig(**config))
    with torch.no_grad():
        for key, value in model.named_parameters():
            if "lora_magnitude" in key:
                value.mul_(1 + 0.3 * torch.randn_like(value))
            elif "lora_" in key and not key.endswith("bias"):
                value.copy_(torch.randn_like(value) * (0.3 if "_A" in key else 0.2))
            elif "trainable_tokens" in key:
                value.copy_(torch.randn_like(value))
            elif value.requires_grad:
                value.add_(torch.randn_like(value) * 0.2)
    model.save_pretrained(folder, safe_serialization=not pickle, save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)
    for file in folder.iterdir():
        file.chmod(0o644)
    saved = json.loads((folder / "adapter_config.json").read_text())
    saved["base_model_name_or_path"] = f"owner/{base}"
    (folder / "adapter_config.json").write_text(json.dumps(saved, indent=1) + "\n")
    merged = peft.PeftModel.from_pretrained(load(base), folder).merge_and_unload().eval()
    return merged, goldens(merged, tokenizer)


def rename_key(convert):
    """The function of that name alone: the script imports what only the original repository has."""
    tree = ast.parse(Path(convert).read_text())
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "rename_key")
    scope = {"re": re}
    exec(compile(ast.Module([function], []), convert, "exec"), scope)
    return scope["rename_key"]


def original_name(name):
    """transformers' name -> the name of salesforce/BLIP (models/vit.py, models/med.py)."""
    steps = [(r"^vision_model\.embeddings\.class_embedding$", "visual_encoder.cls_token"),
             (r"^vision_model\.embeddings\.position_embedding$", "visual_encoder.pos_embed"),
             (r"^vision_model\.embeddings\.patch_embedding\.", "visual_encoder.patch_embed.proj."),
             (r"^vision_model\.post_layernorm\.", "visual_encoder.norm."),
             (r"^vision_model\.encoder\.layers\.(\d+)\.layer_norm([12])\.", r"visual_encoder.blocks.\1.norm\2."),
             (r"^vision_model\.encoder\.layers\.(\d+)\.self_attn\.projection\.", r"visual_encoder.blocks.\1.attn.proj."),
             (r"^vision_model\.encoder\.layers\.(\d+)\.self_attn\.qkv\.", r"visual_encoder.blocks.\1.attn.qkv."),
             (r"^vision_model\.encoder\.layers\.(\d+)\.mlp\.", r"visual_encoder.blocks.\1.mlp.")]
    for pattern, replacement in steps:
        name = re.sub(pattern, replacement, name)
    return name


def make_original(rename, seed=0):
    """A model of few parameters, its attention heads 64 wide as in every BLIP, saved as train_caption.py saves."""
    folder = REFERENCE / "original"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    words = (ROOT / "packages" / "blip" / "vocabulary" / "bert-base-uncased.txt").read_text().split("\n")
    chosen = words[:104] + [w for w in words[1000:] if w.isalpha() and len(w) < 9][:300]
    (folder / "vocab.txt").write_text("\n".join(chosen) + "\n")
    tokenizer = BertTokenizer.from_pretrained(folder)
    tokenizer.add_special_tokens({"bos_token": "[DEC]"})
    tokenizer.add_special_tokens({"additional_special_tokens": ["[ENC]"]})
    torch.manual_seed(seed)
    text = dict(vocab_size=len(chosen) + 2, hidden_size=128, num_attention_heads=2, num_hidden_layers=1, intermediate_size=96,
                max_position_embeddings=40, bos_token_id=tokenizer.bos_token_id, sep_token_id=tokenizer.sep_token_id, encoder_hidden_size=64)
    vision = dict(hidden_size=64, num_attention_heads=1, num_hidden_layers=2, intermediate_size=80, image_size=96)
    model = BlipForConditionalGeneration(BlipConfig(text_config=text, vision_config=vision)).eval()
    with torch.no_grad():
        for key, value in model.named_parameters():
            norm = "norm" in key.lower()
            value.copy_((torch.randn_like(value) * 0.25 + (1 if norm and key.endswith("weight") else 0)).half().float())
    names = {original_name(key): key for key in model.state_dict()}
    assert all(rename(theirs) == ours for theirs, ours in names.items())
    state = {theirs: model.state_dict()[ours].half() for theirs, ours in names.items()}
    state["text_decoder.bert.embeddings.position_ids"] = torch.arange(40)[None]
    optimizer = torch.optim.AdamW([torch.zeros(2, requires_grad=True)], lr=1e-5)
    config = {"image_root": "/export/coco", "vit": "base", "image_size": 96, "prompt": "a picture of ", "init_lr": 1e-5}
    torch.save({"model": state, "optimizer": optimizer.state_dict(), "config": config, "epoch": 4}, folder / "checkpoint_best.pth")
    cases = goldens(model, tokenizer)
    if not is_clear(model, tokenizer, cases):
        return make_original(rename, seed + 1)
    print("original, seed", seed, (folder / "checkpoint_best.pth").stat().st_size, "bytes", flush=True)
    return {"cases": cases}


def main(convert):
    rename = rename_key(convert)
    names = {}
    for base in ("caption", "vqa", "itm"):
        ours = list(load(base).state_dict())
        names.update({original_name(key): key for key in ours})
    wrong = {theirs: ours for theirs, ours in names.items() if rename(theirs) != ours}
    assert not wrong, wrong
    result = {
        "made_with": {"transformers": transformers.__version__, "torch": torch.__version__, "peft": peft.__version__, "attn": "eager", "dtype": "float32"},
        "original_names": names,
        "original": make_original(rename),
        "adapters": {name: make_adapter(name, **adapter) for name, adapter in ADAPTERS.items()},
    }
    (REFERENCE / "goldens-checkpoints.json").write_text(json.dumps(result, indent=1) + "\n")


main(*sys.argv[1:])
