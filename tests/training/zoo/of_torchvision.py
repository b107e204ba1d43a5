"""Architectures of torchvision."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.training.zoo.cases import case, logits, of, pictures, several

ROOT = "torchvision.models"


@case(pictures(), logits)
def resnet() -> Any:
    m = of(f"{ROOT}.resnet")
    return m.ResNet(m.BasicBlock, [1, 1, 1, 1], num_classes=4)


@case(pictures(), logits)
def resnext() -> Any:
    m = of(f"{ROOT}.resnet")
    return m.ResNet(
        m.Bottleneck, [1, 1, 1, 1], num_classes=4, groups=4, width_per_group=4,
        replace_stride_with_dilation=[False, True, False],
    )  # fmt: skip


@case(pictures(), logits)
def mobilenet_v2() -> Any:
    return of(ROOT).MobileNetV2(
        num_classes=4,
        width_mult=0.5,
        inverted_residual_setting=[[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 1, 2]],
    )


@case(pictures(), logits)
def mobilenet_v3() -> Any:
    m = of(f"{ROOT}.mobilenetv3")
    parts = [
        m.InvertedResidualConfig(16, 3, 16, 16, True, "RE", 2, 1, 0.5),
        m.InvertedResidualConfig(16, 3, 48, 24, False, "RE", 2, 1, 0.5),
        m.InvertedResidualConfig(24, 5, 48, 24, True, "HS", 1, 2, 0.5),
    ]
    return m.MobileNetV3(parts, 32, num_classes=4)


@case(pictures(), logits)
def efficientnet() -> Any:
    m = of(f"{ROOT}.efficientnet")
    parts = [
        m.FusedMBConvConfig(1, 3, 1, 8, 8, 1),
        m.MBConvConfig(4, 3, 2, 8, 12, 2),
        m.MBConvConfig(4, 5, 2, 12, 16, 2),
    ]
    return m.EfficientNet(parts, 0.2, stochastic_depth_prob=0.3, num_classes=4)


@case(pictures(), logits)
def densenet_checkpointed() -> Any:
    return of(ROOT).DenseNet(8, (2, 2, 2), 8, num_classes=4, drop_rate=0.1, memory_efficient=True)


@case(pictures(), logits)
def shufflenet() -> Any:
    return of(ROOT).ShuffleNetV2([2, 2, 2], [8, 16, 24, 32, 32], num_classes=4)


@case(pictures(), logits)
def squeezenet() -> Any:
    return of(ROOT).SqueezeNet("1_1", num_classes=4)


@case(pictures(), logits)
def vgg() -> Any:
    m = of(f"{ROOT}.vgg")
    net = m.VGG(m.make_layers([8, "M", 16, 16, "M"], batch_norm=True), num_classes=4)
    net.classifier = nn.Sequential(
        nn.Linear(16 * 49, 16), nn.ReLU(True), nn.Dropout(), nn.Linear(16, 4)
    )
    return net


@case(pictures(), logits)
def regnet() -> Any:
    m = of(f"{ROOT}.regnet")
    sizes = m.BlockParams.from_init_params(
        depth=4, w_0=8, w_a=8.0, w_m=2.0, group_width=8, se_ratio=0.25
    )
    return m.RegNet(sizes, num_classes=4, stem_width=8)


@case(pictures(), logits)
def convnext() -> Any:
    m = of(f"{ROOT}.convnext")
    return m.ConvNeXt([m.CNBlockConfig(8, 16, 2), m.CNBlockConfig(16, None, 2)], 0.2, num_classes=4)


@case(pictures(), logits)
def swin() -> Any:
    m = of(f"{ROOT}.swin_transformer")
    return m.SwinTransformer(
        [4, 4], 12, [2, 2], [2, 4], [4, 4], stochastic_depth_prob=0.2, num_classes=4
    )


@case(pictures(), logits)
def swin_v2() -> Any:
    m = of(f"{ROOT}.swin_transformer")
    return m.SwinTransformer(
        [4, 4], 12, [2, 2], [2, 4], [4, 4], stochastic_depth_prob=0.2, num_classes=4,
        block=m.SwinTransformerBlockV2, downsample_layer=m.PatchMergingV2,
    )  # fmt: skip


@case(pictures(), logits)
def vision_transformer() -> Any:
    return of(ROOT).VisionTransformer(32, 8, 2, 2, 16, 32, dropout=0.1, num_classes=4)


@case(pictures(16), logits)
def maxvit() -> Any:
    return of(f"{ROOT}.maxvit").MaxVit(
        (16, 16), 8, 4, [8], [1], 4, stochastic_depth_prob=0.1, num_classes=4
    )


def _segmented(output: dict[str, Tensor], target: Tensor) -> Tensor:
    aux = F.cross_entropy(output["aux"], target, ignore_index=255)
    return F.cross_entropy(output["out"], target, ignore_index=255) + 0.5 * aux


def _with_masks() -> tuple[Tensor, Tensor]:
    mask = torch.randint(3, (2, 32, 32))
    mask[:, :2] = 255
    return torch.randn(2, 3, 32, 32), mask


@case(several(_with_masks), _segmented)
def deeplab() -> Any:
    resnet, segmented = of(f"{ROOT}.resnet"), of(f"{ROOT}.segmentation")
    net = resnet.ResNet(resnet.BasicBlock, [1, 1, 1, 1])
    layers = {"layer1": "aux", "layer2": "out"}
    backbone = of(f"{ROOT}._utils").IntermediateLayerGetter(net, return_layers=layers)
    head = segmented.deeplabv3.DeepLabHead(128, 3, (2, 4))
    return segmented.DeepLabV3(backbone, head, segmented.fcn.FCNHead(64, 3))


class _Tiny(nn.Sequential):
    """A backbone for a detector."""

    out_channels = 32

    def __init__(self) -> None:
        super().__init__(nn.Conv2d(3, 32, 3, 4, 1), nn.BatchNorm2d(32), nn.ReLU(inplace=True))


def _with_boxes() -> dict[str, Any]:
    images = [torch.rand(3, 40, 48), torch.rand(3, 48, 36)]
    boxes = [torch.tensor([[4.0, 4.0, 20.0, 24.0], [10.0, 8.0, 30.0, 30.0]]), torch.rand(1, 4)]
    boxes[1] = boxes[1] * 8 + torch.tensor([2.0, 2.0, 20.0, 22.0])
    targets = [{"boxes": b, "labels": torch.randint(3, (len(b),))} for b in boxes]
    return {"images": images, "targets": targets}


def _summed(output: dict[str, Tensor], target: object) -> Tensor:
    return torch.stack(list(output.values())).sum()


@case(several(_with_boxes), _summed)
def fcos() -> Any:
    m = of(f"{ROOT}.detection")
    anchors = m.anchor_utils.AnchorGenerator(((8,),), ((1.0,),))
    return m.FCOS(_Tiny(), 3, min_size=48, max_size=64, anchor_generator=anchors)


@case(several(_with_boxes), _summed)
def retinanet() -> Any:
    m = of(f"{ROOT}.detection")
    anchors = m.anchor_utils.AnchorGenerator(((8, 16),), ((0.5, 1.0),))
    return m.RetinaNet(_Tiny(), 3, min_size=48, max_size=64, anchor_generator=anchors)


def _video() -> tuple[Tensor, Tensor]:
    return torch.randn(2, 3, 4, 16, 16), torch.randint(4, (2,))


@case(several(_video), logits)
def swin_3d() -> Any:
    m = of(f"{ROOT}.video.swin_transformer")
    return m.SwinTransformer3d(
        [2, 4, 4], 12, [2, 2], [2, 2], [2, 2, 2], stochastic_depth_prob=0.1, num_classes=4
    )


@case(several(_video), logits)
def mvit() -> Any:
    m = of(f"{ROOT}.video.mvit")
    block = partial(m.MSBlockConfig, num_heads=2, kernel_q=[3, 3, 3], kernel_kv=[3, 3, 3])
    blocks = [
        block(input_channels=8, output_channels=16, stride_q=[1, 1, 1], stride_kv=[1, 2, 2]),
        block(input_channels=16, output_channels=16, stride_q=[1, 2, 2], stride_kv=[1, 1, 1]),
    ]
    return m.MViT(
        (16, 16), 4, blocks, residual_pool=True, residual_with_cls_embed=False,
        rel_pos_embed=True, proj_after_attn=True, stochastic_depth_prob=0.1, num_classes=4,
    )  # fmt: skip


def _frames() -> tuple[tuple[Tensor, Tensor, int], Tensor]:
    first = torch.rand(1, 3, 128, 128)
    return (first, first.roll(2, -1), 2), torch.full((1, 2, 128, 128), 2.0)


def _flow(output: list[Tensor], target: Tensor) -> Tensor:
    return sum(0.8**n * (f - target).abs().mean() for n, f in enumerate(reversed(output)))  # type: ignore[return-value]


@case(several(_frames), _flow)
def raft() -> Any:
    return of(f"{ROOT}.optical_flow").raft_small()
