from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.table_layout import GAP, GUTTER, Layout, TableColumn, lay_out, lay_out_around, place_cursor

kinds = st.sampled_from(["text", "path", "number", "time", "bool"])
columns_and_sizes = st.lists(
    st.tuples(
        st.builds(
            TableColumn,
            name=st.just("c"),
            kind=kinds,
            pinned=st.booleans(),
            hidden=st.booleans(),
            width=st.none() | st.integers(1, 30),
            minimum=st.integers(0, 10),
        ),
        st.integers(1, 120),
    ),
    max_size=12,
)


def widths(layout: Layout) -> list[int]:
    return [slot.width for slot in layout.slots]


@given(columns_and_sizes, st.integers(1, 200), st.integers(0, 12), st.data())
def test_columns_never_overlap_and_the_cursor_is_always_shown(
    given_columns: list[tuple[TableColumn, int]], width: int, first: int, data: st.DataObject
) -> None:
    columns, natural = [column for column, _ in given_columns], [size for _, size in given_columns]
    visible = [index for index, column in enumerate(columns) if not column.hidden]
    cursor = data.draw(st.sampled_from(visible)) if visible else 0
    layout = lay_out_around(columns, natural, width, first, cursor)
    assert sorted(layout.order) == visible
    assert len(layout.slots) + layout.before + layout.after == len(visible)
    end = GUTTER - GAP
    for slot in layout.slots:
        assert slot.x == end + GAP
        assert slot.width >= 1
        end = slot.x + slot.width
    assert end < max(width, GUTTER + 2)
    if visible:
        assert layout.slot(cursor) is not None
    assert len(layout.slots) > layout.pinned or len(layout.order) == layout.pinned


def test_columns_take_what_their_values_need_when_there_is_room() -> None:
    columns = [TableColumn("a"), TableColumn("b", kind="number"), TableColumn("c")]
    assert widths(lay_out(columns, [10, 6, 20], 100, 0)) == [10, 6, 20]


def test_room_left_over_goes_to_long_texts() -> None:
    columns = [TableColumn("a"), TableColumn("b", kind="path")]
    assert widths(lay_out(columns, [10, 300], 100, 0)) == [10, 86]


def test_texts_give_room_first_and_numbers_keep_theirs() -> None:
    columns = [TableColumn("t", kind="time"), TableColumn("a"), TableColumn("n", kind="number"), TableColumn("b")]
    assert widths(lay_out(columns, [14, 60, 7, 35], 90, 0)) == [14, 31, 7, 30]


def test_pinned_columns_take_at_most_half() -> None:
    columns = [TableColumn("a", pinned=True), TableColumn("b", pinned=True), *[TableColumn("c", kind="number")] * 9]
    layout = lay_out(columns, [100, 100, *[40] * 9], 80, 0)
    assert sum(widths(layout)[:2]) + 2 * GAP <= 40
    assert lay_out([TableColumn("a", width=70, pinned=True), TableColumn("b")], [70, 5], 80, 0).pinned == 0


def test_the_column_that_tells_rows_apart_is_whole_before_others_grow() -> None:
    columns = [TableColumn("device", pinned=True), TableColumn("what", maximum=70), TableColumn("n", kind="number")]
    assert widths(lay_out(columns, [36, 300, 5], 118, 0)) == [36, 71, 5]
    assert widths(lay_out(columns, [36, 300, 5], 74, 0)) == [36, 27, 5]


def test_columns_that_need_little_are_whole_before_long_ones_grow() -> None:
    columns = [TableColumn("a"), TableColumn("b", maximum=70)]
    assert widths(lay_out(columns, [30, 400], 80, 0)) == [30, 46]


def test_columns_stand_in_the_order_given() -> None:
    columns = [TableColumn("a"), TableColumn("b", pinned=True), TableColumn("c"), TableColumn("d", hidden=True)]
    layout = lay_out(columns, [5, 5, 5, 5], 60, 0, order=[2, 3, 1, 0])
    assert (layout.order, layout.pinned) == ((1, 2, 0), 1)
    assert [slot.index for slot in layout.slots] == [1, 2, 0]


def test_columns_that_do_not_fit_are_scrolled_to() -> None:
    columns = [TableColumn("key", pinned=True), *(TableColumn(f"c{n}", kind="number") for n in range(5))]
    sizes = [10, 20, 20, 20, 20, 20]
    layout = lay_out_around(columns, sizes, 60, 0, 1)
    assert ([slot.index for slot in layout.slots], layout.before, layout.after) == ([0, 1, 2], 0, 3)
    layout = lay_out_around(columns, sizes, 60, 0, 4)
    assert ([slot.index for slot in layout.slots], layout.before, layout.after) == ([0, 3, 4], 2, 1)
    layout = lay_out_around(columns, sizes, 60, layout.before, 0)
    assert layout.before == 2
    layout = lay_out_around(columns, sizes, 60, layout.before, 2)
    assert [slot.index for slot in layout.slots] == [0, 2, 3]


def test_a_wider_window_shows_columns_on_the_left_again() -> None:
    columns = [TableColumn(f"c{n}", kind="number") for n in range(4)]
    assert lay_out_around(columns, [20] * 4, 50, 3, 3).before == 2
    assert lay_out_around(columns, [20] * 4, 200, 3, 3).before == 0


def test_the_column_of_a_cell() -> None:
    layout = lay_out([TableColumn("a"), TableColumn("b")], [5, 5], 40, 0)
    assert [layout.column_at(x) for x in (0, 1, 5, 6, 8, 39)] == [0, 0, 0, 1, 1, 1]
    assert Layout().column_at(3) is None


@given(st.integers(-5, 2000), st.integers(-5, 2000), st.integers(1, 60), st.integers(1, 1500))
def test_the_cursor_is_always_among_the_rows_shown(row: int, top: int, height: int, count: int) -> None:
    at, first = place_cursor(row, top, height, count)
    assert 0 <= at < count
    assert 0 <= first <= max(0, count - height)
    assert first <= at < first + height
    if 0 <= row < count:
        assert at == row


def test_leaving_the_rows_shown_scrolls_half_a_page() -> None:
    assert place_cursor(20, 0, 20, 1000) == (20, 10)
    assert place_cursor(99, 100, 20, 1000) == (99, 89)
