"""Trains the bundled models that answer questions about emoji scenes and match texts with them.

usage: train-tasks.py scenes FOLDER SHARDS        what the demo captioner's vision encoder sees of 1024 scenes each
       train-tasks.py vqa|itm FOLDER OUT STEPS   (needs torch, transformers, numpy, pillow; sprites.bin from render-sprites.mjs)

Both keep the demo captioner's vision encoder as it is, so that each scene is encoded once, and begin with its last text
layers. A step takes 64 images with 2 questions or texts each; a tenth of the images are no scenes, for which answers
are to be uncertain and no text fits. AdamW, cosine decay, bf16 autocast; seeds are fixed. Every 100 steps the run is
saved to OUT.state, from where one that was broken off goes on.
"""
import json
import math
import os
import re
import shutil
import sys
import time

import numpy as np
import torch
from tokenizers import BertWordPieceTokenizer
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, log_softmax, normalize
from transformers import BertTokenizer, BlipConfig, BlipForConditionalGeneration, BlipForImageTextRetrieval, BlipForQuestionAnswering

import questions
from questions import no_scene, question, text
from scenes import CANVAS, Facts, COLOURS, TRAIN_STYLES, UNSEEN_STYLES, composed, labels, many, one

MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
STD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../models/demo")
PAD, SEP, DEC = 0, 3, 4
IMAGES, TEXTS, NO_SCENES, SHARD = 64, 2, 0.1, 1024
LAYERS = {"vqa": 2, "itm": 3}


def vocabulary():
    """The captioner's vocabulary, then the words of questions that it lacks."""
    known = open(f"{DEMO}/vocab.txt").read().split("\n")[:-1]
    words = set("yes no what where how many is are it they this do you can see any there in image photo picture shown color colour of left right side top bottom below under things objects animal plant fruit food vehicle".split())
    return known + sorted(words - set(known))


vocab = vocabulary()
word_id = {word: i for i, word in enumerate(vocab)}
tokenizer = BertWordPieceTokenizer(word_id, lowercase=True)


def encode(written):
    return tokenizer.encode(written).ids


def padded(rows):
    ids = np.full((len(rows), max(map(len, rows))), PAD, np.int64)
    for i, row in enumerate(rows): ids[i, :len(row)] = row
    return torch.from_numpy(ids)


def pixels_of(images):
    return torch.from_numpy((np.stack(images).astype(np.float32) / 255 - MEAN) / STD).permute(0, 3, 1, 2).contiguous()


def new_model(task):
    """The model with what the captioner has of it: layer i of the text encoder is its layer i, and so is the answer decoder's."""
    captioner = BlipForConditionalGeneration.from_pretrained(DEMO, dtype=torch.float32)
    config = BlipConfig.from_pretrained(DEMO)
    config.text_config.vocab_size, config.text_config.num_hidden_layers = len(vocab), LAYERS[task]
    model = (BlipForQuestionAnswering if task == "vqa" else BlipForImageTextRetrieval)(config)
    parts = {"vision_model.": captioner.vision_model, "text_encoder.": captioner.text_decoder.bert, "text_decoder.": captioner.text_decoder}
    state, first = model.state_dict(), 4 - LAYERS[task]
    for prefix, part in parts.items():
        for name, tensor in part.state_dict().items():
            layer = re.search(r"encoder\.layer\.(\d+)\.", name)
            target = state.get(prefix + (name.replace(layer[0], f"encoder.layer.{int(layer[1]) - first}.") if layer else name))
            if target is not None: target[:len(tensor)] = tensor
    model.load_state_dict(state)
    return model


def share_images(model):
    """Cross-attention over an image's keys and values computes them once for its TEXTS texts."""
    for layer in model.text_encoder.encoder.layer:
        for part in (layer.crossattention.self.key, layer.crossattention.self.value):
            part.register_forward_pre_hook(lambda module, args: args[0][::TEXTS] if module.training else None)
            part.register_forward_hook(lambda module, args, out: out.repeat_interleave(TEXTS, 0) if module.training else None)


def write_scenes(folder, shards):
    """Shard i: float16 image embeddings [SHARD, N, D] and, as JSON, what each image shows; null for one that is no scene."""
    vision = BlipForConditionalGeneration.from_pretrained(DEMO, dtype=torch.float32).vision_model.eval()
    os.makedirs(folder, exist_ok=True)
    for shard in range(shards):
        if os.path.exists(f"{folder}/{shard}.json"): continue
        rng, embeds, shown = np.random.default_rng([1, shard]), [], []
        for _ in range(SHARD // 64):
            images = []
            for _ in range(64):
                image, facts = composed(rng, TRAIN_STYLES, CANVAS)
                is_scene = rng.random() >= NO_SCENES
                images.append(image if is_scene else no_scene(rng, CANVAS)); shown.append([facts.kind, facts.labels, facts.place, is_scene])
            with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
                embeds.append(vision(pixels_of(images)).last_hidden_state.half().numpy())
        np.save(f"{folder}/{shard}.npy", np.concatenate(embeds))
        with open(f"{folder}/{shard}.json", "w") as file: json.dump(shown, file)
        print(f"{shard + 1} of {shards} shards", flush=True)


class Scenes:
    """The scenes that are in a folder by now."""

    def __init__(self, folder):
        self.folder, self.embeds, self.shown = folder, [], []
        self.read()

    def read(self):
        while os.path.exists(f"{self.folder}/{len(self.embeds)}.json"):
            shown = json.load(open(f"{self.folder}/{len(self.embeds)}.json"))
            self.shown.append([(Facts(kind, tuple(of), place), is_scene) for kind, of, place, is_scene in shown])
            self.embeds.append(np.load(f"{self.folder}/{len(self.embeds)}.npy", mmap_mode="r"))

    def some(self, rng):
        """Embeddings [IMAGES, N, D], what is asked about each image, and whether it is that scene."""
        picks = [(int(rng.integers(len(self.embeds))), int(rng.integers(SHARD))) for _ in range(IMAGES)]
        facts, real = zip(*[self.shown[shard][i] for shard, i in picks])
        return torch.from_numpy(np.stack([self.embeds[shard][i] for shard, i in picks])).float(), facts, torch.tensor(real)


class Hints(torch.nn.Module):
    """What a text's states are to know on the way, so that training is short: which things the image shows ([CLS]), and
    of each word that names something whether the image has it. Not part of the model that is saved."""

    def __init__(self, width=192):
        super().__init__()
        self.shown, self.fits = torch.nn.Linear(width, len(labels)), torch.nn.Linear(width, 1)
        words = {w for label in labels for w in (label, many(label, 2)[4:])} | set(COLOURS) | set("grass beach snow night room next above two three".split())
        self.register_buffer("telling", torch.tensor(sorted(word_id[w] for w in words)), persistent=False)

    def loss(self, states, ids, facts, real):
        things = torch.zeros(len(facts), len(labels))
        words = torch.zeros(len(facts), len(vocab))
        for i, f in enumerate(facts):
            for label in f.labels:
                things[i, labels.index(label)] = 1
                words[i, [word_id[label], word_id[many(label, 2)[4:]]]] = 1
            words[i, [word_id[w] for w in f.caption().split()]] = 1
        things, words = [(t * real[:, None]).repeat_interleave(TEXTS, 0) for t in (things, words)]
        seen = binary_cross_entropy_with_logits(self.shown(states[:, 0]).float(), things, reduction="none").sum(-1).mean()
        told = torch.isin(ids, self.telling)
        fits = binary_cross_entropy_with_logits(self.fits(states)[told][:, 0].float(), words.gather(1, ids)[told])
        return 0.2 * seen + fits


def vqa_loss(model, hints, scenes, rng):
    embeds, facts, real = scenes.some(rng)
    asked = [question(rng, f) for f in facts for _ in range(TEXTS)]
    ids, answers = padded([encode(q) for q, _, _ in asked]), padded([[DEC] + encode(a)[1:] for _, a, _ in asked])
    mask = (ids != PAD).long()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        states = model.text_encoder(input_ids=ids, attention_mask=mask, encoder_hidden_states=embeds.repeat_interleave(TEXTS, 0)).last_hidden_state
        logits = model.text_decoder(input_ids=answers[:, :-1], encoder_hidden_states=states, encoder_attention_mask=mask).logits.float()
    asked_of = real.repeat_interleave(TEXTS)
    loss = cross_entropy(logits[asked_of].flatten(0, 1), answers[asked_of, 1:].flatten(), ignore_index=PAD)
    unsure = -log_softmax(logits[~asked_of, 0], -1).mean() - math.log(len(vocab)) if (~asked_of).any() else 0
    return loss, loss + 0.1 * unsure + hints.loss(states, ids, facts, real)


def itm_loss(model, hints, scenes, rng):
    embeds, facts, real = scenes.some(rng)
    pairs = [text(rng, f) for f in facts for _ in range(TEXTS)]
    ids, whole = padded([encode(t) for t, _ in pairs]), padded([encode(f.caption()) for f in facts])
    fits = torch.tensor([fit for _, fit in pairs]) & real.repeat_interleave(TEXTS)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        states = model.text_encoder(input_ids=ids, attention_mask=(ids != PAD).long(), encoder_hidden_states=embeds.repeat_interleave(TEXTS, 0)).last_hidden_state
        logits = model.itm_head(states[:, 0]).float()
        alone = model.text_encoder(input_ids=whole, attention_mask=(whole != PAD).long()).last_hidden_state
        image, words = normalize(model.vision_proj(embeds[:, 0]).float(), dim=-1), normalize(model.text_proj(alone[:, 0]).float(), dim=-1)
    similar = (image @ words.t() / 0.07)[real][:, real]
    pair = torch.arange(len(similar))
    loss = cross_entropy(logits, fits.long())
    return loss, loss + 0.1 * (cross_entropy(similar, pair) + cross_entropy(similar.t(), pair)) + hints.loss(states, ids, facts, real)


def evaluate(model, task, images=512, seed=7):
    model.eval()
    for name, styles in (("trained styles", TRAIN_STYLES), ("unseen style", UNSEEN_STYLES)):
        rng, right, total = np.random.default_rng(seed), {}, {}
        for _ in range(images // 32):
            seen = [composed(rng, styles, CANVAS) for _ in range(32)]
            pixels, facts = pixels_of([image for image, _ in seen]).repeat_interleave(4, 0), [f for _, f in seen for _ in range(4)]
            asked = [question(rng, f) if task == "vqa" else text(rng, f) for f in facts]
            ids = padded([encode(a[0]) for a in asked])
            with torch.inference_mode():
                if task == "vqa":
                    answers = greedy(model, pixels, ids)
                    results = [(kind, answer == wanted) for answer, (_, wanted, kind) in zip(answers, asked)]
                else:
                    chosen = model(input_ids=ids, pixel_values=pixels, attention_mask=(ids != PAD).long()).itm_score.argmax(-1)
                    results = [("fits" if fits else "does not", bool(c) == fits) for c, (_, fits) in zip(chosen.tolist(), asked)]
            for kind, ok in results: right[kind] = right.get(kind, 0) + ok; total[kind] = total.get(kind, 0) + 1
        each = ", ".join(f"{k} {right[k] / total[k]:.3f}" for k in sorted(total))
        print(f"{name}: {sum(right.values()) / sum(total.values()):.4f} of {sum(total.values())} right ({each})", flush=True)
    model.train()


def greedy(model, pixels, ids):
    """As generate does it, but with the padding of questions masked, as each is when it is asked alone."""
    mask = (ids != PAD).long()
    states = model.text_encoder(input_ids=ids, attention_mask=mask, encoder_hidden_states=model.vision_model(pixels).last_hidden_state).last_hidden_state
    out = torch.full((len(ids), 1), DEC)
    for _ in range(8):
        logits = model.text_decoder(input_ids=out, encoder_hidden_states=states, encoder_attention_mask=mask).logits[:, -1]
        out = torch.cat([out, logits.argmax(-1, keepdim=True)], 1)
    return [tokenizer.decode(row[1:row.index(SEP)] if SEP in row else row[1:]) for row in out.tolist()]


def save(model, out):
    """As it is shipped: fp16, with its tokenizer and the image processor's settings."""
    half = {name: tensor.half() for name, tensor in model.state_dict().items()}
    model.save_pretrained(out, state_dict=half)
    with open(f"{out}/vocab.txt", "w") as file: file.write("\n".join(vocab) + "\n")
    BertTokenizer(vocab=f"{out}/vocab.txt", mask_token="[UNK]", additional_special_tokens=["[DEC]"]).save_pretrained(out)
    shutil.copy(f"{DEMO}/preprocessor_config.json", out)


def train(task, folder, out, steps):
    torch.manual_seed(0)
    model, hints, scenes, step = new_model(task), Hints(), Scenes(folder), 0
    model.vision_model.requires_grad_(False)
    share_images(model)
    trained = [p for p in [*model.parameters(), *hints.parameters()] if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-3, weight_decay=0.05, betas=(0.9, 0.98))
    if os.path.exists(f"{out}.state"):
        saved = torch.load(f"{out}.state")
        model.load_state_dict(saved["model"]); hints.load_state_dict(saved["hints"]); optimizer.load_state_dict(saved["optimizer"]); step = saved["step"]
    model.train()
    loss_of, running, total, began, first = (vqa_loss if task == "vqa" else itm_loss), 0.0, 0.0, time.time(), step
    while step < steps:
        rate = 1e-3 * min(1, (step + 1) / 100) * (0.5 * (1 + math.cos(math.pi * step / steps)) * 0.97 + 0.03)
        for group in optimizer.param_groups: group["lr"] = rate
        own, loss = loss_of(model, hints, scenes, np.random.default_rng([len(task), ord(task[0]), step]))
        optimizer.zero_grad(); loss.backward(); torch.nn.utils.clip_grad_norm_(trained, 1.0); optimizer.step()
        running += own.item(); total += loss.item(); step += 1
        if step % 50 == 0:
            print(f"{step} loss {running / 50:.4f} with hints {total / 50:.4f} {(step - first) * IMAGES * TEXTS / (time.time() - began):.0f} texts/s", flush=True); running = total = 0.0
        scenes.read()
        if step % 100 == 0 or step == steps:
            torch.save({"model": model.state_dict(), "hints": hints.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, f"{out}.part")
            os.replace(f"{out}.part", f"{out}.state")
        if step % 400 == 0 and step < steps: evaluate(model, task, 64)
    save(model, out)
    return model


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1] == "scenes": write_scenes(sys.argv[2], int(sys.argv[3]))
    else: evaluate(train(sys.argv[1], *sys.argv[2:4], int(sys.argv[4])), sys.argv[1])
