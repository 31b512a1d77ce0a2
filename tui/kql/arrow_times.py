"""Times to 100 ns in Arrow, which has no unit for them: whole numbers since 1970, that Python sees as `Moment`.

Arrow's nanoseconds end in 2262, and the services know times up to the year 9999.
"""

from __future__ import annotations

import contextlib
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tui.kql.moments import Moment, moment_of

_FITS = b"in_nanoseconds"
"""Metadata of a field of `TICKS`."""
_SECONDS_OF_NANOSECONDS = 9_223_372_036
"""How long before and after 1970 times in nanoseconds can be."""
_TICKS = 10_000_000


class TicksScalar(pa.ExtensionScalar):  # type: ignore[misc]
    """One time of a column of `TICKS`."""

    def as_py(self, **_: Any) -> Moment | None:
        """The time, or None for null."""
        return None if self.value is None else moment_of(self.value.as_py())


class TicksType(pa.ExtensionType):  # type: ignore[misc]
    """Times in UTC, each the number of times 100 ns that it is after 1970 began."""

    def __init__(self) -> None:
        super().__init__(pa.int64(), "huntdeck.ticks")

    def __arrow_ext_serialize__(self) -> bytes:
        """There is nothing to be told of the type."""
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage_type: pa.DataType, serialized: bytes) -> TicksType:
        """The type again; TypeError where something else goes by its name."""
        if storage_type != pa.int64():
            raise TypeError(f"times to 100 ns are whole numbers, not {storage_type}")
        return cls()

    def __arrow_ext_scalar_class__(self) -> type[TicksScalar]:
        """What its values are."""
        return TicksScalar


TICKS = TicksType()
NANOSECONDS = pa.timestamp("ns", "UTC")
with contextlib.suppress(pa.ArrowKeyError):  # registered already
    pa.register_extension_type(TICKS)


def is_ticks(kind: pa.DataType) -> bool:
    """Whether `kind` is that of times to 100 ns."""
    return isinstance(kind, TicksType)


def ticks_array(numbers: pa.Array) -> pa.Array:
    """Whole numbers of 100 ns since 1970 as times."""
    return pa.ExtensionArray.from_storage(TICKS, numbers)


def numbers_of(column: pa.Array | pa.ChunkedArray) -> Any:
    """Times as whole numbers of 100 ns since 1970: as an array or in chunks, as they came."""
    if isinstance(column, pa.ChunkedArray):
        return pa.chunked_array([chunk.storage for chunk in column.chunks], pa.int64())
    return column.storage


def nanoseconds_hold(least: int | None, greatest: int | None) -> bool:
    """Whether times from `least` to `greatest` (100 ns since 1970; None when there is none) can be had in nanoseconds."""
    limit = _SECONDS_OF_NANOSECONDS * _TICKS
    return least is None or greatest is None or (-limit < least and greatest < limit)


def told_to_fit(field: pa.Field) -> pa.Field:
    """`field`, of times to 100 ns, which tells that all of them can be had in nanoseconds."""
    return field.with_metadata({**(field.metadata or {}), _FITS: b"true"})


def is_told_to_fit(field: pa.Field) -> bool:
    """Whether `told_to_fit` said so."""
    return (field.metadata or {}).get(_FITS) == b"true"


def in_nanoseconds(column: pa.Array | pa.ChunkedArray) -> Any:
    """Times as Arrow's own, in nanoseconds, in UTC; pa.ArrowInvalid for those that are too far from 1970."""
    return pc.multiply_checked(numbers_of(column), 100).cast(NANOSECONDS)
