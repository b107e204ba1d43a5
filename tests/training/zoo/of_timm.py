"""Architectures of timm."""

from __future__ import annotations

from typing import Any

import torch.nn.functional as F
from torch import Tensor

from tests.training.zoo.cases import case, logits, of, pictures


def _made(name: str, **given: Any) -> Any:
    return of("timm").create_model(name, pretrained=False, num_classes=4, **given)


@case(pictures(), logits)
def mixer() -> Any:
    return of("timm.models.mlp_mixer").MlpMixer(
        num_classes=4, img_size=32, patch_size=8, num_blocks=2, embed_dim=24, drop_path_rate=0.2
    )


@case(pictures(), logits)
def gmlp() -> Any:
    m = of("timm.models.mlp_mixer")
    return m.MlpMixer(
        num_classes=4, img_size=32, patch_size=8, num_blocks=2, embed_dim=24, mlp_ratio=4,
        block_layer=m.SpatialGatingBlock, mlp_layer=of("timm.layers").GatedMlp,
    )  # fmt: skip


def _distilled(output: tuple[Tensor, Tensor], target: Tensor) -> Tensor:
    return F.cross_entropy(output[0], target) + F.cross_entropy(output[1], 3 - target)


@case(pictures(), _distilled)
def deit_distilled() -> Any:
    net = _made(
        "deit_tiny_distilled_patch16_224", img_size=32, patch_size=8, depth=2, embed_dim=24,
        drop_path_rate=0.2,
    )  # fmt: skip
    net.set_distilled_training()
    return net


@case(pictures(), logits)
def vit_checkpointed() -> Any:
    net = _made("vit_tiny_patch16_224", img_size=32, patch_size=8, depth=3, embed_dim=24,
                proj_drop_rate=0.1, dynamic_img_size=True)  # fmt: skip
    net.set_grad_checkpointing()
    return net


@case(pictures(), logits)
def beit() -> Any:
    return of("timm.models.beit").Beit(
        32, 8, num_classes=4, embed_dim=16, depth=2, num_heads=2, use_abs_pos_emb=False,
        use_shared_rel_pos_bias=True, init_values=0.1, drop_path_rate=0.2,
    )  # fmt: skip


@case(pictures(), logits)
def eva() -> Any:
    return of("timm.models.eva").Eva(
        32, 8, num_classes=4, embed_dim=16, depth=2, num_heads=2, use_rot_pos_emb=True,
        swiglu_mlp=True, patch_drop_rate=0.25,
    )  # fmt: skip


@case(pictures(), logits)
def cait() -> Any:
    return of("timm.models.cait").Cait(
        32, 8, num_classes=4, embed_dim=16, depth=2, num_heads=2, drop_path_rate=0.2
    )


@case(pictures(), logits)
def xcit() -> Any:
    return of("timm.models.xcit").Xcit(
        32, 8, num_classes=4, embed_dim=32, depth=2, num_heads=2, eta=1.0
    )


@case(pictures(), logits)
def volo() -> Any:
    return of("timm.models.volo").VOLO(
        (1, 1), 32, num_classes=4, patch_size=8, stem_hidden_dim=8, embed_dims=(16, 16),
        num_heads=(2, 2), downsamples=(True, False), outlook_attention=(True, False),
        use_aux_head=True, use_mix_token=False,
    )  # fmt: skip


@case(pictures(), logits)
def convmixer() -> Any:
    return of("timm.models.convmixer").ConvMixer(16, 2, num_classes=4, kernel_size=3, patch_size=4)


@case(pictures(), logits)
def metaformer() -> Any:
    m = of("timm.models.metaformer")
    return m.MetaFormer(
        depths=(1, 1), dims=(8, 32), token_mixers=[m.SepConv, m.Attention], num_classes=4,
        norm_layers=[m.LayerNorm2dNoBias, m.LayerNormNoBias], drop_path_rate=0.2,
    )  # fmt: skip


@case(pictures(64), logits)
def levit() -> Any:
    return of("timm.models.levit").Levit(
        64, num_classes=4, embed_dim=(16, 24, 32), key_dim=8, depth=(1, 1, 1), num_heads=(2, 3, 4)
    )


@case(pictures(), logits)
def mobilevit() -> Any:
    m = of("timm.models.byobnet")
    attending = m.ByoBlockCfg(type="mobilevit", d=1, c=16, s=1, block_kwargs={
        "transformer_dim": 16, "transformer_depth": 1, "patch_size": 2, "num_heads": 2,
    })  # fmt: skip
    blocks = (m.ByoBlockCfg(type="bottle", d=1, c=8, s=2, br=0.5), attending)
    plan = m.ByoModelCfg(blocks, stem_chs=8, stem_type="3x3", stem_pool="", act_layer="silu")
    return m.ByobNet(plan, num_classes=4)


@case(pictures(), logits)
def ghostnet() -> Any:
    stages = [[[3, 8, 8, 0, 1]], [[3, 16, 12, 0.25, 2]], [[5, 24, 16, 0, 1]]]
    return of("timm.models.ghostnet").GhostNet(stages, num_classes=4)


@case(pictures(), logits)
def repvgg() -> Any:
    m = of("timm.models.byobnet")
    blocks = tuple(m.ByoBlockCfg(type="rep", d=1, c=c, s=2) for c in (8, 16))
    return m.ByobNet(m.ByoModelCfg(blocks, stem_type="rep", stem_chs=8), num_classes=4)


@case(pictures(), logits)
def normalizer_free() -> Any:
    m = of("timm.models.nfnet")
    plan = m.NfCfg(depths=(1, 1), channels=(32, 64), stem_chs=8, attn_layer="se",
                    attn_kwargs={"rd_ratio": 0.5})  # fmt: skip
    return m.NormFreeNet(plan, num_classes=4, drop_path_rate=0.2)


@case(pictures(), logits)
def dla() -> Any:
    m = of("timm.models.dla")
    return m.DLA([1, 1, 1, 2, 1, 1], [4, 8, 8, 16, 16, 24], num_classes=4, block=m.DlaBottleneck)


@case(pictures(), logits)
def res2net() -> Any:
    m = of("timm.models.res2net")
    return of("timm.models.resnet").ResNet(
        m.Bottle2neck, [1, 1, 1, 1], num_classes=4, base_width=64, block_args={"scale": 4},
        channels=(8, 8, 16, 16), drop_path_rate=0.2,
    )  # fmt: skip
