"""Architectures of transformers: their losses are their own, and their batches dictionaries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from tests.training.zoo.cases import case, labelled, of, several, tokens

TEXT = {
    "vocab_size": 32, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": 32, "max_position_embeddings": 16, "pad_token_id": 0, "num_labels": 4,
}  # fmt: skip
SEEN = {
    "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
    "image_size": 32, "patch_size": 8, "num_labels": 4,
}  # fmt: skip


def _made(config: str, model: str, sizes: dict[str, Any], **given: Any) -> Any:
    m = of("transformers")
    return getattr(m, model)(getattr(m, config)(**{**sizes, **given}))


def _text(config: str, model: str, **given: Any) -> Callable[[], nn.Module]:
    return lambda: _made(config, model, TEXT, **given)


def _named(name: str, make: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    make.__name__, make.__module__ = name, __name__
    return make


for name, labels, make in (
    ("bert", "class", _text("BertConfig", "BertForSequenceClassification")),
    ("roberta", "tokens", _text("RobertaConfig", "RobertaForMaskedLM", max_position_embeddings=20)),
    ("albert", "tokens", _text("AlbertConfig", "AlbertForMaskedLM", embedding_size=8)),
    ("electra", "class", _text("ElectraConfig", "ElectraForSequenceClassification")),
    (
        "deberta_v2",
        "class",
        _text(
            "DebertaV2Config", "DebertaV2ForSequenceClassification", relative_attention=True,
            pos_att_type=["p2c", "c2p"], type_vocab_size=0, pooler_hidden_size=16,
        ),
    ),
    ("llama", "tokens", _text("LlamaConfig", "LlamaForCausalLM", num_key_value_heads=1)),
    ("qwen2", "tokens", _text("Qwen2Config", "Qwen2ForCausalLM", num_key_value_heads=1)),
    (
        "gemma2",
        "tokens",
        _text(
            "Gemma2Config", "Gemma2ForCausalLM", num_key_value_heads=1, head_dim=8,
            sliding_window=4,
        ),
    ),
    (
        "mixtral",
        "tokens",
        _text(
            "MixtralConfig", "MixtralForCausalLM", num_key_value_heads=1, num_local_experts=4,
            output_router_logits=True,
        ),
    ),
    ("gpt_neox", "tokens", _text("GPTNeoXConfig", "GPTNeoXForCausalLM", attention_dropout=0.1)),
    ("mamba", "tokens", _text("MambaConfig", "MambaForCausalLM", state_size=4)),
    ("rwkv", "tokens", _text("RwkvConfig", "RwkvForCausalLM", context_length=16)),
):  # fmt: skip
    case(tokens(labels=labels))(_named(name, make))


@case(tokens())
def gpt2() -> Any:
    return _made("GPT2Config", "GPT2LMHeadModel", {}, vocab_size=32, n_positions=16, n_embd=16,
                 n_layer=2, n_head=2)  # fmt: skip


@case(tokens())
def gpt2_checkpointed() -> Any:
    net: Any = gpt2()
    net.gradient_checkpointing_enable({"use_reentrant": True})
    net.enable_input_require_grads()
    return net


@case(tokens())
def bloom() -> Any:
    return _made("BloomConfig", "BloomForCausalLM", TEXT, n_layer=2, n_head=2)


@case(tokens())
def t5() -> Any:
    return _made("T5Config", "T5ForConditionalGeneration", {}, vocab_size=32, d_model=16, d_kv=8,
                 d_ff=32, num_layers=2, num_heads=2, decoder_start_token_id=0,
                 pad_token_id=0)  # fmt: skip


@case(tokens())
def bart() -> Any:
    return _made("BartConfig", "BartForConditionalGeneration", {}, vocab_size=32, d_model=16,
                 encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
                 decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32,
                 max_position_embeddings=16, encoder_layerdrop=0.3, pad_token_id=0,
                 decoder_start_token_id=2)  # fmt: skip


@case(tokens(labels="class"))
def xlnet() -> Any:
    return _made("XLNetConfig", "XLNetForSequenceClassification", {}, vocab_size=32, d_model=16,
                 n_layer=2, n_head=2, d_inner=32, num_labels=4)  # fmt: skip


@case(tokens(labels="class"))
def longformer() -> Any:
    return _made("LongformerConfig", "LongformerForSequenceClassification", TEXT,
                 attention_window=4, max_position_embeddings=20)  # fmt: skip


def _pages() -> dict[str, Tensor]:
    place = torch.randint(0, 400, (2, 6, 2))
    return {
        "input_ids": torch.randint(3, 32, (2, 6)),
        "bbox": torch.cat([place, place + torch.randint(1, 100, (2, 6, 2))], -1),
        "labels": torch.randint(4, (2, 6)),
    }


@case(several(_pages))
def layoutlm() -> Any:
    return _made("LayoutLMConfig", "LayoutLMForTokenClassification", TEXT)


@case(labelled())
def vit() -> Any:
    return _made("ViTConfig", "ViTForImageClassification", SEEN)


@case(labelled())
def dinov2() -> Any:
    return _made("Dinov2Config", "Dinov2ForImageClassification", SEEN, drop_path_rate=0.2)


@case(labelled())
def convnext_v2() -> Any:
    return _made("ConvNextV2Config", "ConvNextV2ForImageClassification", {}, num_stages=2,
                 hidden_sizes=[8, 16], depths=[1, 1], num_labels=4)  # fmt: skip


def _scenes() -> dict[str, Tensor]:
    return {"pixel_values": torch.randn(2, 3, 32, 32), "labels": torch.randint(3, (2, 32, 32))}


@case(several(_scenes))
def segformer() -> Any:
    return _made("SegformerConfig", "SegformerForSemanticSegmentation", {}, num_encoder_blocks=2,
                 depths=[1, 1], sr_ratios=[2, 1], hidden_sizes=[8, 16], patch_sizes=[7, 3],
                 strides=[4, 2], num_attention_heads=[1, 2], mlp_ratios=[2, 2],
                 decoder_hidden_size=16, num_labels=3, drop_path_rate=0.2)  # fmt: skip


def _pixels() -> dict[str, Tensor]:
    return {"pixel_values": torch.randn(2, 3, 32, 32)}


@case(several(_pixels))
def masked_autoencoder() -> Any:
    return _made("ViTMAEConfig", "ViTMAEForPreTraining", SEEN, decoder_hidden_size=16,
                 decoder_num_hidden_layers=1, decoder_num_attention_heads=2,
                 decoder_intermediate_size=32)  # fmt: skip


def _videos() -> dict[str, Tensor]:
    return {"pixel_values": torch.randn(2, 4, 3, 32, 32), "labels": torch.randint(4, (2,))}


@case(several(_videos))
def timesformer() -> Any:
    return _made("TimesformerConfig", "TimesformerForVideoClassification", SEEN, num_frames=4)


def _captions() -> dict[str, Any]:
    ids = torch.randint(3, 32, (3, 6))
    ids[:, -1] = 2
    return {"input_ids": ids, "pixel_values": torch.randn(3, 3, 32, 32), "return_loss": True}


@case(several(_captions))
def clip() -> Any:
    text = {k: v for k, v in TEXT.items() if k != "num_labels"} | {"eos_token_id": 2}
    seen = {k: v for k, v in SEEN.items() if k != "num_labels"}
    return _made("CLIPConfig", "CLIPModel", {}, text_config=text, vision_config=seen,
                 projection_dim=8)  # fmt: skip


def _sounds() -> dict[str, Tensor]:
    return {"input_values": torch.randn(2, 1200), "labels": torch.randint(1, 8, (2, 3))}


@case(several(_sounds))
def wav2vec2() -> Any:
    """It masks what it hears by NumPy's generator, and skips layers by torch's."""
    return _made("Wav2Vec2Config", "Wav2Vec2ForCTC", TEXT, vocab_size=8, conv_dim=(8, 8, 8),
                 conv_kernel=(10, 3, 3), conv_stride=(5, 2, 2), num_feat_extract_layers=3,
                 num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=2, mask_time_prob=0.3,
                 mask_time_length=2, layerdrop=0.3, ctc_loss_reduction="mean")  # fmt: skip


def _spectra() -> dict[str, Tensor]:
    return {"input_features": torch.randn(2, 8, 32), "labels": torch.randint(3, 32, (2, 5))}


@case(several(_spectra))
def whisper() -> Any:
    return _made("WhisperConfig", "WhisperForConditionalGeneration", {}, vocab_size=32,
                 num_mel_bins=8, d_model=16, encoder_layers=1, decoder_layers=1,
                 encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
                 decoder_ffn_dim=32, max_source_positions=16, max_target_positions=16,
                 pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1,
                 dropout=0.1)  # fmt: skip


def _series() -> dict[str, Tensor]:
    past, future = 12, 4
    return {
        "past_values": torch.rand(2, past + 3) + 1,
        "past_time_features": torch.randn(2, past + 3, 1),
        "past_observed_mask": torch.ones(2, past + 3),
        "future_values": torch.rand(2, future) + 1,
        "future_time_features": torch.randn(2, future, 1),
    }


@case(several(_series))
def time_series() -> Any:
    return _made("TimeSeriesTransformerConfig", "TimeSeriesTransformerForPrediction", {},
                 prediction_length=4, context_length=12, lags_sequence=[1, 2, 3],
                 num_time_features=1, d_model=16, encoder_layers=1, decoder_layers=1,
                 encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
                 decoder_ffn_dim=32)  # fmt: skip
