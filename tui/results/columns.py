"""The columns of a run's rows: KQL types, and Arrow data of any source in the few forms that the store keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from tui.kql.arrow_times import TICKS, is_ticks, ticks_array
from tui.kql.moments import moment_of, ticks_of

KqlType = Literal["string", "int", "long", "real", "bool", "datetime", "timespan", "dynamic", "decimal"]

KQL_TYPE_KEY = b"kql_type"
"""Metadata key of an Arrow field that names its KQL type where Arrow cannot: `dynamic` is text in Arrow."""

_LOGICAL = {
    "string": pa.string(),
    "dynamic": pa.string(),
    "int": pa.int32(),
    "long": pa.int64(),
    "real": pa.float64(),
    "bool": pa.bool_(),
    "datetime": pa.timestamp("us", "UTC"),
    "timespan": pa.duration("us"),
}


@dataclass(frozen=True)
class ColumnInfo:
    """A column's name and KQL type. `ticks` says that its times are known to 100 ns, and are kept as whole numbers of them."""

    name: str
    kql_type: KqlType
    ticks: bool = False


def column_infos(schema: pa.Schema) -> tuple[ColumnInfo, ...]:
    """The columns of `schema` in order; ValueError when two have one name."""
    if len(set(schema.names)) != len(schema.names):
        raise ValueError("two columns of a result have the same name")
    return tuple(ColumnInfo(field.name, _kql_type(field), is_ticks(field.type)) for field in schema)


def logical_schema(schema: pa.Schema) -> pa.Schema:
    """The schema that rows of `schema` come back with: datetimes in UTC, in microseconds but for those that came to 100 ns;
    dynamic values as JSON text."""
    fields = []
    for field in schema:
        kql_type = _kql_type(field)
        metadata = {KQL_TYPE_KEY: kql_type.encode()}
        fields.append(pa.field(field.name, _logical_type(field.type, kql_type), metadata=metadata))
    return pa.schema(fields)


def stored_schema(schema: pa.Schema) -> pa.Schema:
    """`schema` as the store keeps it: positional names, datetimes without zone or as numbers of 100 ns, timespans as
    microseconds."""
    fields = []
    for position, field in enumerate(logical_schema(schema)):
        kind = field.type
        if pa.types.is_timestamp(kind):
            kind = pa.timestamp("us")
        elif pa.types.is_duration(kind) or is_ticks(kind):
            kind = pa.int64()
        fields.append(pa.field(f"c{position}", kind))
    return pa.schema(fields)


def to_stored(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """`batch` in `schema`, which `stored_schema` made for it; ValueError when the columns are not as many."""
    if batch.num_columns != len(schema):
        raise ValueError(f"a batch of {batch.num_columns} columns came for a result of {len(schema)}")
    arrays = [_to_stored(array, field.type) for array, field in zip(batch.columns, schema, strict=True)]
    return pa.record_batch(arrays, schema=schema)


def to_logical(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows as they are kept, in the logical `schema`."""
    columns = []
    for column, field in zip(table.columns, schema, strict=True):
        stored = column.cast(pa.timestamp("us")) if pa.types.is_timestamp(field.type) else column
        columns.append(_as_ticks(stored) if is_ticks(field.type) else stored.cast(field.type))
    return pa.table(columns, schema=schema)


def _as_ticks(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pa.chunked_array([ticks_array(chunk) for chunk in column.chunks], TICKS)


def to_python(value: Any, kql_type: KqlType) -> Any:
    """A value as DuckDB gives it, as the rest of the program knows it: aware UTC datetime, timedelta."""
    if value is None:
        return None
    if kql_type == "datetime":
        return moment_of(value) if isinstance(value, int) else value.replace(tzinfo=UTC)
    return timedelta(microseconds=value) if kql_type == "timespan" else value


def from_python(value: Any, column: ColumnInfo) -> Any:
    """A value as the store compares it with those of `column`."""
    if isinstance(value, datetime):
        if column.ticks:
            return ticks_of(value)
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    return value


def _kql_type(field: pa.Field) -> KqlType:
    named = (field.metadata or {}).get(KQL_TYPE_KEY, b"").decode()
    if named in _LOGICAL or named == "decimal":
        return named  # type: ignore[no-any-return]
    return _kql_type_of(field.type)


def _kql_type_of(kind: pa.DataType) -> KqlType:
    types = pa.types
    if types.is_dictionary(kind):
        return _kql_type_of(kind.value_type)
    if is_ticks(kind):
        return "datetime"
    if getattr(kind, "extension_name", "") == "arrow.json" or types.is_nested(kind):
        return "dynamic"
    if types.is_boolean(kind):
        return "bool"
    if types.is_integer(kind):
        if types.is_uint64(kind):
            return "decimal"
        return "int" if kind.bit_width < 32 or types.is_int32(kind) else "long"
    if types.is_floating(kind):
        return "real"
    if types.is_decimal(kind):
        return "decimal"
    if types.is_timestamp(kind) or types.is_date(kind):
        return "datetime"
    return "timespan" if types.is_duration(kind) or types.is_time(kind) or types.is_interval(kind) else "string"


def _logical_type(kind: pa.DataType, kql_type: KqlType) -> pa.DataType:
    if is_ticks(kind):
        return TICKS
    if kql_type != "decimal":
        return _LOGICAL[kql_type]
    if pa.types.is_decimal(kind) and kind.precision <= 38:
        return pa.decimal128(kind.precision, kind.scale)
    return pa.decimal128(38, 0) if pa.types.is_integer(kind) else pa.decimal128(38, 18)


def _to_stored(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if array.type == kind:
        return array
    if isinstance(array, pa.ExtensionArray):
        array = _plain_extension(array)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_nested(array.type):
        return _converted(array, kind, lambda value: json.dumps(value, default=str))
    if _is_bytes(array.type):
        return _converted(array, kind, bytes.hex)
    if pa.types.is_interval(array.type):
        return _converted(array, kind, _interval_microseconds)
    if pa.types.is_integer(kind):
        array = _microseconds(array)
    elif pa.types.is_timestamp(array.type) and array.type.tz is not None:
        array = array.cast(pa.timestamp(array.type.unit))
    return pc.cast(array, kind, safe=False)


def _converted(array: pa.Array, kind: pa.DataType, convert: Callable[[Any], object]) -> pa.Array:
    return pa.array([None if value is None else convert(value) for value in array.to_pylist()], kind)


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _interval_microseconds(value: pa.MonthDayNano) -> int:
    """A calendar interval as DuckDB counts it: a month has thirty days."""
    return int((value.months * 30 + value.days) * 86_400_000_000 + value.nanoseconds // 1000)


def _plain_extension(array: pa.ExtensionArray) -> pa.Array:
    if array.type.extension_name == "arrow.uuid":
        return _converted(array, pa.string(), str)
    return array.storage


def _microseconds(array: pa.Array) -> pa.Array:
    """Times of day and durations in microseconds, so that they become integers of one unit."""
    if pa.types.is_duration(array.type):
        return array.cast(pa.duration("us"), safe=False)
    return array.cast(pa.time64("us"), safe=False) if pa.types.is_time(array.type) else array
