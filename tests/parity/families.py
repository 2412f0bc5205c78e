"""Makes the vectors that transformers gives of small random models of other families than BERT.

    python3 -m venv venv && venv/bin/pip install torch transformers
    venv/bin/python tests/parity/families.py

Reads `ids` of `families.json` beside this script, the token ids of some texts (a test in
`crates/encoder/tests/families.rs` says if they are not those any more), and writes it anew with the
vectors of each model and text: mean over the tokens, length 1. Weights are those of `SmallModel` in
`crates/encoder/tests/common/mod.rs`, from the same generator in the same order, so that no file has
to hold them.
"""

import json
import math
import pathlib

import torch
from transformers import (DistilBertConfig, DistilBertModel, MPNetConfig, MPNetModel, RobertaConfig,
                          RobertaModel)

HERE = pathlib.Path(__file__).parent
SHAPES = [(8, 2, 1, 16), (33, 3, 2, 65), (48, 4, 3, 31)]
VOCABULARY, POSITIONS, BUCKETS = 64, 202, 32
MASK = (1 << 64) - 1


class Random:
    """xorshift64*, as `Random` of the tests."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def next(self) -> float:
        x = self.state
        x ^= x >> 12
        x = (x ^ (x << 25)) & MASK
        x ^= x >> 27
        self.state = max(x, 1)
        bits = self.state * 0x2545F4914F6CDD1D & MASK
        return (bits >> 40) / (1 << 23) - 1.0


def roberta(hidden: int, heads: int, layers: int, inner: int):
    config = RobertaConfig(
        vocab_size=VOCABULARY, hidden_size=hidden, num_hidden_layers=layers,
        num_attention_heads=heads, intermediate_size=inner, hidden_act="gelu",
        max_position_embeddings=POSITIONS, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1,
    )
    names = dict(
        types=1, layer="encoder.layer", query="attention.self.query", key="attention.self.key",
        value="attention.self.value", output="attention.output.dense",
        norm="attention.output.LayerNorm", up="intermediate.dense", down="output.dense",
        last="output.LayerNorm",
    )
    return RobertaModel(config, add_pooling_layer=False), names


def distilbert(hidden: int, heads: int, layers: int, inner: int):
    config = DistilBertConfig(
        vocab_size=VOCABULARY, dim=hidden, n_layers=layers, n_heads=heads, hidden_dim=inner,
        activation="gelu", max_position_embeddings=POSITIONS,
    )
    names = dict(
        layer="transformer.layer", query="attention.q_lin", key="attention.k_lin",
        value="attention.v_lin", output="attention.out_lin", norm="sa_layer_norm", up="ffn.lin1",
        down="ffn.lin2", last="output_layer_norm",
    )
    return DistilBertModel(config), names


def mpnet(hidden: int, heads: int, layers: int, inner: int):
    config = MPNetConfig(
        vocab_size=VOCABULARY, hidden_size=hidden, num_hidden_layers=layers,
        num_attention_heads=heads, intermediate_size=inner, hidden_act="gelu",
        max_position_embeddings=POSITIONS, layer_norm_eps=1e-5, pad_token_id=1,
        relative_attention_num_buckets=BUCKETS,
    )
    names = dict(
        buckets=BUCKETS, layer="encoder.layer", query="attention.attn.q", key="attention.attn.k",
        value="attention.attn.v", output="attention.attn.o", norm="attention.LayerNorm",
        up="intermediate.dense", down="output.dense", last="output.LayerNorm",
    )
    return MPNetModel(config, add_pooling_layer=False), names


def tensors(shape: tuple[int, int, int, int], names: dict):
    """Names and shapes in the order of `weights::shapes`, and whether it is a layer's."""
    hidden, heads, layers, inner = shape
    yield "embeddings.word_embeddings.weight", (VOCABULARY, hidden)
    yield "embeddings.position_embeddings.weight", (POSITIONS, hidden)
    if "types" in names:
        yield "embeddings.token_type_embeddings.weight", (names["types"], hidden)
    if "buckets" in names:
        yield "encoder.relative_attention_bias.weight", (names["buckets"], heads)
    yield "embeddings.LayerNorm.weight", (hidden,)
    yield "embeddings.LayerNorm.bias", (hidden,)
    for index in range(layers):
        name = lambda part: f"{names['layer']}.{index}.{names[part]}"
        for part, outputs, inputs in [
            ("query", hidden, hidden), ("key", hidden, hidden), ("value", hidden, hidden),
            ("output", hidden, hidden), ("up", inner, hidden), ("down", hidden, inner),
        ]:
            yield f"{name(part)}.weight", (outputs, inputs)
            yield f"{name(part)}.bias", (outputs,)
        for part in ["norm", "last"]:
            yield f"{name(part)}.weight", (hidden,)
            yield f"{name(part)}.bias", (hidden,)


def fill(model, names: dict, shape: tuple[int, int, int, int]) -> None:
    f32 = lambda x: torch.tensor(x, dtype=torch.float32)
    state, random = {}, Random(shape[0] * 31 + shape[3])
    for name, size in tensors(shape, names):
        norm = name.endswith("weight") and ("LayerNorm" in name or "layer_norm" in name)
        wide = len(size) == 2 and ".layer." in name
        spread = f32(1.7) / f32(float(size[1])).sqrt() if wide else f32(0.5)
        numbers = f32([random.next() for _ in range(math.prod(size))])
        state[name] = (f32(1.0 if norm else 0.0) + spread * numbers).reshape(size)
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected, unexpected
    assert all("position_ids" in name or "token_type_ids" in name for name in missing), missing
    model.double().eval()


def main() -> None:
    path = HERE / "families.json"
    fixture = json.loads(path.read_text())
    for make in [roberta, distilbert, mpnet]:
        fixture[make.__name__] = []
        for shape in SHAPES:
            model, names = make(*shape)
            fill(model, names, shape)
            vectors = []
            for ids in fixture["ids"]:
                with torch.no_grad():
                    hidden = model(torch.tensor([ids])).last_hidden_state[0]
                mean = hidden.mean(0)
                vectors.append([float(f"{x:.8g}") for x in mean / mean.norm().clamp(min=1e-12)])
            fixture[make.__name__].append(vectors)
    path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
