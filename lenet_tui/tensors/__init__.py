"""A tensor as pixels: tiling, layout, colour scale."""
