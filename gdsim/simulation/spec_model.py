"""What every part of a scenario is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Finite = Annotated[float, Field(allow_inf_nan=False)]
MOST_STEPS = 1_000_000
Step = Annotated[int, Field(ge=0, le=MOST_STEPS)]


class SpecModel(BaseModel):
    """A frozen part of a scenario that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)  # most are parts of others only
