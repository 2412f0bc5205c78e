"""Makes the parity fixture: the vectors that the original model gives, computed by PyTorch.

    python3 -m venv venv && venv/bin/pip install torch transformers
    venv/bin/python tests/parity/reference.py SOURCE_MODEL

SOURCE_MODEL is a folder with the original f32 all-MiniLM-L6-v2 (`cargo xtask model` fetches it):
model.safetensors, tokenizer.json, config.json.

Reads `texts.json` beside this script: a list of {kind, text, repeat}; the text to embed is `text`
written `repeat` times (once where it is left out). Writes

- `expected.json`: model hash, dimensions, limit, and for every text the number of tokens of the
  whole text (special ones included) before truncation;
- `expected.f32`: `[texts, dimensions]`, row-major, little-endian f32.

The computation is that of sentence-transformers: at most 256 tokens, BERT, mean over the tokens by
the attention mask, length 1. It runs in f64 on the f32 weights, one text at a time, so that the
reference has no rounding of its own to speak of.
"""

import hashlib
import json
import pathlib
import sys

import torch
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
from safetensors.torch import load_file

MAX_TOKENS = 256
HERE = pathlib.Path(__file__).parent


def main(source: pathlib.Path) -> None:
    weights = source / "model.safetensors"
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(source / "tokenizer.json"))
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    config = BertConfig.from_json_file(source / "config.json")
    config._attn_implementation = "eager"
    model = BertModel(config, add_pooling_layer=False).double().eval()
    tensors = {k: v for k, v in load_file(weights).items() if not k.startswith("pooler.")}
    tensors.pop("embeddings.position_ids", None)
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    assert not unexpected, unexpected
    assert all(name.startswith("embeddings.") and name.endswith("_ids") for name in missing), missing

    counts, rows = [], []
    for entry in json.loads((HERE / "texts.json").read_text(encoding="utf-8")):
        ids = tokenizer.backend_tokenizer.encode(entry["text"] * entry.get("repeat", 1)).ids
        counts.append(len(ids))
        if len(ids) > MAX_TOKENS:
            ids = ids[: MAX_TOKENS - 1] + ids[-1:]
        batch = torch.tensor([ids])
        mask = torch.ones_like(batch)
        with torch.no_grad():
            hidden = model(input_ids=batch, attention_mask=mask).last_hidden_state
        weight = mask.unsqueeze(-1).double()
        mean = (hidden * weight).sum(1) / weight.sum(1)
        rows.append(torch.nn.functional.normalize(mean, dim=1)[0])

    vectors = torch.stack(rows).float().numpy().astype("<f4")
    expected = {
        "source_sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "dimensions": vectors.shape[1],
        "max_tokens": MAX_TOKENS,
        "tokens": counts,
    }
    (HERE / "expected.json").write_text(json.dumps(expected) + "\n", encoding="utf-8")
    (HERE / "expected.f32").write_bytes(vectors.tobytes())
    print(f"{len(counts)} texts, {min(counts)} to {max(counts)} tokens")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
