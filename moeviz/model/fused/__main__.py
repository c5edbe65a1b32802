"""``python -m moeviz.model.fused`` compiles all passes, as a part of the set-up."""

from moeviz.model.fused.ready import make_ready

make_ready()
