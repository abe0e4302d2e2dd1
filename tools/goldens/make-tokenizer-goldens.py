"""Writes test/reference/goldens-tokenizers.json: what transformers makes of tokenizers as savers of all times leave them.

usage: make-tokenizer-goldens.py        (needs transformers)

Each case has the files beside the vocabulary of test/reference/original (`words` instead of it where it differs, a tokenizer.json
where `fast`), and of each text the ids without special tokens, with them, and their text without special tokens.
"""
import json
import tempfile
from pathlib import Path

import transformers
from transformers import AutoTokenizer, BertTokenizer

REFERENCE = Path(__file__).resolve().parents[2] / "test" / "reference"
WORDS = (REFERENCE / "original" / "vocab.txt").read_text().split("\n")[:-1]
N = len(WORDS)
# The vocabulary has letters of many scripts and no words.
TEXTS = ["A b É x", "a <bird> b", "A<BIRD>c [DEC] d [ENC]e", "f  [SEP] 一猫b [CLS]", "ñ ab İ ß"]


def token(content, **flags):
    return {"content": content, "lstrip": False, "rstrip": False, "single_word": False, "normalized": False, "special": True, **flags}


PLAIN = {"tokenizer_class": "BertTokenizer", "do_lower_case": True}
DEC_ENC = {str(N): token("[DEC]"), str(N + 1): token("[ENC]")}
CASED = [word.capitalize() if word in ("a", "d") else word for word in WORDS]
ANGLED = [{"[CLS]": "<s>", "[SEP]": "</s>", "[UNK]": "<unk>", "[PAD]": "<pad>"}.get(word, word) for word in WORDS]

CASES = {
    "a vocabulary alone": {},
    "added_tokens.json of a slow tokenizer": {
        "tokenizer_config.json": {**PLAIN, "additional_special_tokens": ["[ENC]"]}, "special_tokens_map.json": {"bos_token": "[DEC]"},
        "added_tokens.json": {"[DEC]": N, "[ENC]": N + 1, "<bird>": N + 2}},
    "added_tokens_decoder of a slow tokenizer": {
        "tokenizer_config.json": {**PLAIN, "bos_token": "[DEC]", "additional_special_tokens": ["[ENC]"],
            "added_tokens_decoder": {**DEC_ENC, str(N + 2): token("<bird>", special=False, normalized=True)}}},
    "added_tokens_decoder, which makes the older files void": {
        "tokenizer_config.json": {**PLAIN, "added_tokens_decoder": {str(N): token("<bird>")}},
        "added_tokens.json": {"[DEC]": N}, "special_tokens_map.json": {"cls_token": "[MASK]"}},
    "an added token in capitals, found in lower-cased text": {
        "tokenizer_config.json": PLAIN, "added_tokens.json": {"<BIRD>": N}},
    "special tokens that are words of the vocabulary": {
        "words": WORDS + ["[DEC]", "[ENC]"], "tokenizer_config.json": {**PLAIN, "bos_token": "[DEC]", "additional_special_tokens": ["[ENC]"]}},
    "special tokens as objects in special_tokens_map.json": {
        "words": WORDS + ["[DEC]", "[ENC]"], "tokenizer_config.json": PLAIN,
        "special_tokens_map.json": {"bos_token": {k: v for k, v in token("[DEC]").items() if k != "special"}}},
    "extra_special_tokens of transformers 5": {
        "words": WORDS + ["[DEC]", "<bird>"], "tokenizer_config.json": {**PLAIN, "bos_token": "[DEC]", "extra_special_tokens": ["<bird>"]}},
    "a cased vocabulary": {"words": CASED, "tokenizer_config.json": {**PLAIN, "do_lower_case": False}},
    "accents that are kept": {"tokenizer_config.json": {**PLAIN, "strip_accents": False}},
    "lower case, accents stripped by name": {"tokenizer_config.json": {**PLAIN, "do_lower_case": False, "strip_accents": True}},
    "Chinese characters that are not split": {"words": WORDS + ["一猫", "##b"], "tokenizer_config.json": {**PLAIN, "tokenize_chinese_chars": False}},
    "other special tokens": {
        "words": ANGLED, "tokenizer_config.json": {**PLAIN, "cls_token": "<s>", "sep_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}},
    "other special tokens in special_tokens_map.json": {
        "words": ANGLED, "tokenizer_config.json": PLAIN,
        "special_tokens_map.json": {"cls_token": "<s>", "sep_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}},
    "tokenizer.json alone": {"fast": True},
    "tokenizer.json that lower-cases, and a configuration that does not": {
        "fast": True, "words": CASED, "tokenizer_config.json": {**PLAIN, "do_lower_case": False}},
    "tokenizer.json, and added tokens in the configuration": {
        "fast": True, "tokenizer_config.json": {**PLAIN, "added_tokens_decoder": {str(WORDS.index(word)): token(word) for word in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")}
            | DEC_ENC | {str(N + 2): token("<bird>", special=False, rstrip=True, lstrip=True)}}},
    "tokenizer.json, and added_tokens.json": {"fast": True, "tokenizer_config.json": {**PLAIN, "bos_token": "[DEC]", "extra_special_tokens": ["[ENC]"]}, "added_tokens.json": {"[DEC]": N, "[ENC]": N + 1, "<bird>": N + 2}},
    "tokenizer.json of a class that takes it as it is": {
        "fast": True, "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": False, "cls_token": "[CLS]", "sep_token": "[SEP]"}},
}


def golden(name, case):
    with tempfile.TemporaryDirectory() as folder:
        words = "\n".join(case.get("words", WORDS)) + "\n"
        Path(folder, "vocab.txt").write_text(words)
        if case.get("fast"):
            BertTokenizer.from_pretrained(folder).backend_tokenizer.save(str(Path(folder, "tokenizer.json")))
            Path(folder, "vocab.txt").unlink()
        for file, content in case.items():
            if file.endswith(".json"):
                Path(folder, file).write_text(json.dumps(content))
        Path(folder, "config.json").write_text(json.dumps({"model_type": "blip"}))
        tokenizer = AutoTokenizer.from_pretrained(folder)
        texts = []
        for text in TEXTS:
            ids, enclosed = tokenizer(text, add_special_tokens=False).input_ids, tokenizer(text).input_ids
            texts.append({"text": text, "ids": ids, "enclosed": enclosed, "decoded": tokenizer.decode(enclosed, skip_special_tokens=True).strip()})
        # The newest tokenizers spell an added token in lower case where it was found so; others as it was added.
        for added in case.get("added_tokens.json", {}):
            for text in texts:
                text["decoded"] = text["decoded"].replace(added.lower(), added)
        print(name, "|", type(tokenizer).__name__, tokenizer.convert_ids_to_tokens(texts[1]["ids"]))
        return {**case, "texts": texts}


result = {"made_with": {"transformers": transformers.__version__}, "cases": {name: golden(name, case) for name, case in CASES.items()}}
for case in result["cases"].values():
    # Only what is appended or replaced, by place.
    if "words" in case:
        case["words"] = {str(at): word for at, word in enumerate(case["words"]) if at >= N or WORDS[at] != word}
(REFERENCE / "goldens-tokenizers.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
