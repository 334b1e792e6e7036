"""Judge a claim about a slope in few calls of f, or say that this takes more care.

A glance costs two calls of f. It takes one step up and a shorter one down, and asks what
slope is left over when the given one is taken off:

- Nothing is left: the given slope is right. Finite differences of a noisy or bent function
  do not hit a given number by chance to six digits; and since the steps differ in length,
  a number halfway between the slopes at a kink is not hit either.
- Something is left, the same on both sides, or the same with longer steps while the gap
  between the sides shrinks with the steps, as where f is merely bent: the slope is wrong.
- Anything else proves nothing. Then come glances from much closer by, for what is steep, or
  has a kink nearby: the same two rules hold there. If the gap between the two sides is the
  same from close by as from afar, theta is at a kink.
- Where f does not move at all, glances from farther away say whether it is flat.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from course_utils.extrapolation import CLEAR
from course_utils.finite_difference import FLOOR, Estimate
from course_utils.gradcheck.claims import Claim, Comparison

# Truncation is h²/6 of the third derivative and rounding 2e-16 / h of f: about 2e-11 each.
# Between whole numbers of steps of a stair (f in float32), these ratios do not occur.
UP, DOWN = 1.0e-5, 0.618034e-5
WIDER = 7.389056
CLOSER = (1e-6, WIDER * 1e-6, 1e-4, 3e-3, 0.05)  # widths, as factors on UP and DOWN
FAR_AWAY, FARTHER = 2e3, 2e3 * 2.0 * WIDER  # where f is looked at if it does not move
BEST_AT_KINK = 3e-3  # width at which the slopes on both sides of a kink are seen best
SURE = 1e3  # what is left is this many times its error: wrong, no matter how f goes on
NOISY = 1e2  # a gap this many times the slopes seen from afar is noise
ALIKE = 0.1  # relative difference of two gaps that may be the same one, of a kink

NOT_LOOKED_AT = Estimate(math.nan, math.inf, "cannot tell", reason="not looked at")


class Glance(NamedTuple):
    """f on both sides of theta, and what is left of its slopes there.

    Args:
        up, down: The steps.
        rise, fall: f above less f at theta; f at theta less f below.
        right, left: The slopes on both sides, less the given one.
        rest: Their mean, so weighted that it is exact for parabolas.
        rounding: What `rest` may be off by because of rounding.
    """

    up: float
    down: float
    rise: float
    fall: float
    right: float
    left: float
    rest: float
    rounding: float

    @property
    def gap(self) -> float:
        return self.right - self.left

    @property
    def still(self) -> bool:
        """Whether f did not move at all."""
        return self.rise == self.fall == 0.0


def glance(claim: Claim, width: float = 1.0) -> Glance:
    """Look at f on both sides of theta.

    Args:
        claim: What is claimed of the slope.
        width: Factor on the steps.
    """
    objective, x = claim.objective, claim.x
    size = width * max(1.0, abs(x))
    above, below = x + UP * size, x - DOWN * size
    up, down, middle = above - x, x - below, objective.middle
    upper, lower = claim.point(above), claim.point(below)
    # what was claimed comes first, since f may change its argument
    claimed_up, claimed_down = claim.rise(above, upper), claim.rise(below, lower)
    rise, fall = objective(upper) - middle, middle - objective(lower)
    right, left = (rise - claimed_up) / up, (fall + claimed_down) / down
    rest = (down * right + up * left) / (up + down)
    return Glance(up, down, rise, fall, right, left, rest, 4.0 * objective.rounding / down)


def settle(claim: Claim) -> Comparison:
    """Judge a claim, in as few calls as will do."""
    if not math.isfinite(claim.given):
        return Comparison(False, claim.where, claim.given, math.nan, NOT_LOOKED_AT)
    compared = look(claim) if math.isfinite(claim.objective.middle) else None
    return compared or claim.measured()


def look(claim: Claim) -> Comparison | None:
    """Judge a claim in two calls of f, or four, or up to sixteen.

    Args:
        claim: About a finite slope, of a function that is finite at theta.

    Returns:
        The comparison; None if that was not enough to say anything.
    """
    tolerance = claim.rtol * abs(claim.given) + claim.slack
    floor = FLOOR * max(claim.largest, abs(claim.objective.middle) / max(1.0, abs(claim.x)))
    near = glance(claim)
    if abs(near.rest) <= tolerance and not near.still:
        return _smooth(claim, True, near.rest, abs(near.gap) + near.rounding)
    if _surely_wrong(claim, near, tolerance + floor):
        return _smooth(claim, False, near.rest, abs(near.gap) + near.rounding)
    seen = [near]
    if not _broken(claim, near):
        far = glance(claim, WIDER)
        if abs(far.rest) <= tolerance and not far.still:
            return _smooth(claim, True, far.rest, abs(far.gap) + far.rounding)
        compared = _bent(claim, near, far, tolerance + floor)
        if compared is not None:
            return compared
        seen.append(far)
    if near.still:
        return _flat(claim, near, seen)
    if abs(near.rest) <= CLEAR * near.rounding:
        return None  # from closer by there is only more rounding to be seen
    return _from_close_by(claim, seen, tolerance, floor)


def _surely_wrong(claim: Claim, seen: Glance, nothing: float) -> bool:
    """Return whether both sides show the same slope, and it is another one.

    Args:
        claim: What is claimed.
        seen: A glance.
        nothing: A difference that does not matter.
    """
    if seen.still:
        return False
    rest, gap = abs(seen.rest), abs(seen.gap)
    slope = abs(claim.given + seen.rest)
    return SURE * gap <= slope and rest > nothing + SURE * (gap + seen.rounding)


def _broken(claim: Claim, near: Glance) -> bool:
    """Return whether the sides differ so much that a look from farther away is no use."""
    rest, gap = abs(near.rest), abs(near.gap)
    if not gap < math.inf:
        return True
    slope = abs(claim.given + near.rest)
    return gap > ALIKE * slope and gap / SURE < rest < CLEAR * gap


def _smooth(claim: Claim, ok: bool, rest: float, doubt: float) -> Comparison:
    """Return the comparison that a glance allows."""
    value = claim.given + rest
    return Comparison(
        ok, claim.where, claim.given, value, Estimate(value, doubt, "smooth", value, value)
    )


def _bent(claim: Claim, near: Glance, far: Glance, nothing: float) -> Comparison | None:
    """Judge a slope by two glances between which f is no more than bent.

    Args:
        claim: What is claimed.
        near, far: The glances.
        nothing: A difference that does not matter.
    """
    if near.still:
        return None
    rest, far_rest, gap, far_gap = near.rest, far.rest, near.gap, far.gap
    moved = abs(rest - far_rest)
    ratio = far.up / near.up
    kink = abs(ratio * gap - far_gap) / (ratio - 1.0)  # what does not shrink with the steps
    seen = max(abs(claim.given + rest), abs(claim.given + far_rest), abs(far_gap))
    if not CLEAR * (moved + kink) <= seen:
        return None
    doubt = moved + kink + near.rounding
    if abs(rest) > nothing + CLEAR * doubt:
        return _smooth(claim, False, rest, doubt)
    if abs(claim.given) > FLOOR * max(seen, claim.largest):
        return None
    # A zero, such as at a minimum, is compared with the slopes at a distance of 1e-3.
    value, scale = claim.given + rest, 1e-3 * abs(gap) / near.up
    compared = claim.judge(Estimate(value, doubt, "smooth", value, value, scale))
    return compared if compared.ok else None


def _from_close_by(
    claim: Claim, seen: Sequence[Glance], tolerance: float, floor: float
) -> Comparison | None:
    """Judge a slope from much closer by, first from as close as can be."""
    near = seen[0]
    may_be_kink = True
    slopes = max(abs(near.right), abs(near.left), abs(claim.given))
    before: Glance | None = None
    for width in CLOSER:
        here = glance(claim, width)
        if here.still:
            return _flat(claim, here, seen)
        if abs(here.rest) <= tolerance and here.rounding <= tolerance:
            return _smooth(claim, True, here.rest, abs(here.gap) + here.rounding)
        if may_be_kink and CLEAR * here.rounding <= abs(near.gap):
            may_be_kink = abs(here.gap - near.gap) <= ALIKE * abs(near.gap)
            if may_be_kink:
                return _at_a_kink(claim, near, here)
        if before is not None:
            compared = _bent(claim, before, here, tolerance + floor)
            if compared is not None:
                return compared
        elif _surely_wrong(claim, here, tolerance + floor):
            return _smooth(claim, False, here.rest, abs(here.gap) + here.rounding)
        elif not abs(here.gap) <= NOISY * slopes and math.isfinite(slopes):
            claim.noise = abs(here.gap) * here.down / 4.0
            return None  # slopes that grow as the steps shrink are noise
        before = here
    return None


def _at_a_kink(claim: Claim, near: Glance, close: Glance) -> Comparison | None:
    """Judge the claim by the slopes on both sides of theta.

    Args:
        claim: What is claimed.
        near: A glance.
        close: One from as close as can be, which saw the same gap.
    """
    here, error = close, _apart(near, close) + close.rounding
    if error > ALIKE * claim.rtol * abs(near.gap):
        here = glance(claim, BEST_AT_KINK)
        # Slopes on bent sides change in proportion to the steps, noise against it.
        bent = _apart(near, here) * here.up / near.up
        noise = _apart(close, here) * close.up / here.up
        error = 2.0 * (bent + noise) + here.rounding
    left, right = claim.given + here.left, claim.given + here.right
    compared = claim.judge(Estimate((left + right) / 2.0, error, "kink", left, right))
    return None if compared.ok is None else compared


def _apart(one: Glance, other: Glance) -> float:
    """Return how much the slopes of two glances differ."""
    return abs(one.gap - other.gap) + abs(one.rest - other.rest)


def _flat(claim: Claim, still: Glance, wider: Sequence[Glance]) -> Comparison | None:
    """Judge a slope where f does not move: is f flat there, or is it a stair?

    It is flat if it does not move far away either; or if it moves on one side only, and
    by no whole number of steps.

    Args:
        claim: What is claimed.
        still: A glance that saw no movement.
        wider: Glances with longer steps.
    """
    if any(wide.rise and wide.fall for wide in wider):  # NaN counts as movement
        return None
    glances = [*wider, glance(claim, FAR_AWAY)]
    if glances[-1].still:
        still = glances[-1]
    else:
        glances.append(glance(claim, FARTHER))
        if not _only_beside(glances):
            return None
    scale = abs(claim.objective.middle) / max(1.0, abs(claim.x))
    return claim.judge(Estimate(0.0, still.rounding, "smooth", 0.0, 0.0, scale))


def _only_beside(glances: Sequence[Glance]) -> bool:
    """Return whether f moves above theta only, or below only, and is no stair there."""
    moves = [one.rise for one in glances if one.rise != 0.0]
    if moves and any(one.fall != 0.0 for one in glances):
        return False
    moves = sorted(abs(move) for move in moves or [one.fall for one in glances if one.fall])
    steps = [move / moves[0] for move in moves]
    return any(abs(count - round(count)) > 1e-3 for count in steps if math.isfinite(count))
