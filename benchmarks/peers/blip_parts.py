"""BLIP as two parts that can be compiled or exported, of transformers' own modules, and the loop of greedy search around
them. It is what an export of an encoder–decoder model usually is: keys and values of the image are computed once, those of
the text so far go in and come out of every step.
"""

from types import SimpleNamespace

import torch
import transformers
from transformers.cache_utils import EncoderDecoderCache


class Given(EncoderDecoderCache):
    """A cache of given tensors, as transformers' attention wants it."""

    def __init__(self, past, image):
        self.present = []
        self.is_updated = {layer: True for layer in range(len(image) // 2)}
        self.self_attention_cache = SimpleNamespace(update=self._append)
        self.cross_attention_cache = SimpleNamespace(
            layers=[SimpleNamespace(keys=image[i], values=image[i + 1]) for i in range(0, len(image), 2)]
        )
        self.past = past

    def _append(self, keys, values, layer, **_):
        keys = torch.cat([self.past[2 * layer], keys], dim=-2)
        values = torch.cat([self.past[2 * layer + 1], values], dim=-2)
        self.present += [keys, values]
        return keys, values


class ImagePart(torch.nn.Module):
    """float [B, 3, S, S] → the image embeddings [B, N, D], and keys and values [B, H, N, d] of each layer of the decoder"""

    def __init__(self, model):
        super().__init__()
        self.vision = model.vision_model
        self.layers = model.text_decoder.bert.encoder.layer

    def forward(self, pixels):
        embeds = self.vision(pixel_values=pixels).last_hidden_state
        outputs = [embeds]
        for layer in self.layers:
            attention = layer.crossattention.self
            for projection in (attention.key, attention.value):
                heads = projection(embeds).unflatten(-1, (attention.num_attention_heads, -1))
                outputs.append(heads.transpose(1, 2))
        return tuple(outputs)


class StepPart(torch.nn.Module):
    """int64 tokens [B, 1], their position [1, 1], past and image keys and values → logits [B, V], then the present ones"""

    def __init__(self, model):
        super().__init__()
        self.bert = model.text_decoder.bert
        self.head = model.text_decoder.cls
        self.count = 2 * model.config.text_config.num_hidden_layers

    def forward(self, tokens, position, *keys_and_values):
        cache = Given(keys_and_values[: self.count], keys_and_values[self.count :])
        x = self.bert.embeddings(input_ids=tokens, position_ids=position)
        for layer in self.bert.encoder.layer:
            x = layer(x, encoder_hidden_states=x, cache=cache)
        return (self.head(x)[:, -1], *cache.present)


def load_blip(checkpoint, dtype):
    return transformers.BlipForConditionalGeneration.from_pretrained(checkpoint, dtype=dtype).eval()


def past_shape(config, batch, length):
    text = config.text_config
    return [batch, text.num_attention_heads, length, text.hidden_size // text.num_attention_heads]


def greedy(step, config, batch, new_tokens):
    """`new_tokens` tokens for each row after [BOS], none of them the end. step(tokens [B, 1], position) → logits [B, V]"""
    text = config.text_config
    tokens = torch.full([batch, 1], text.bos_token_id)
    rows = [tokens]
    for position in range(new_tokens):
        logits = step(tokens, position)
        logits[:, text.sep_token_id] = float("-inf")
        tokens = logits.argmax(-1, keepdim=True)
        rows.append(tokens)
    return torch.cat(rows, 1).tolist()
