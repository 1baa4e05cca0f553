#include "tensor/layout.hpp"

#include <functional>
#include <vector>

#include "base/error.hpp"
#include "support/catch.hpp"

namespace duramen {
namespace {

Layout grid() { return contiguous_layout({2, 3, 4}); }

// The storage positions of all elements in C order.
std::vector<int64_t> positions(const Layout& layout) {
  std::vector<int64_t> result = {layout.offset};
  for (size_t d = 0; d < layout.rank(); ++d) {
    std::vector<int64_t> next;
    for (const int64_t base : result) {
      for (int64_t i = 0; i < layout.shape[d]; ++i) next.push_back(base + i * layout.strides[d]);
    }
    result = next;
  }
  return result;
}

}  // namespace

TEST_CASE("counting elements notices overflow and negative sizes", "[tensor][layout]") {
  CHECK(checked_numel(Shape{2, 3}) == 6);
  CHECK(checked_numel(Shape{}) == 1);
  CHECK(checked_numel(Shape{3, 0, 5}) == 0);
  CHECK(checked_numel(Shape{int64_t{1} << 33, 4}) == int64_t{1} << 35);
  CHECK_THROWS_AS(checked_numel(Shape{int64_t{1} << 40, int64_t{1} << 40}), Error);
  CHECK_THROWS_AS(checked_numel(Shape{INT64_MAX, 2, 0}), Error);
  CHECK_THROWS_AS(checked_numel(Shape{int64_t{1} << 60}, 64), Error);
  CHECK_THROWS_WITH(checked_numel(Shape{2, -1}),
                    "Trying to create tensor with negative dimension -1: [2, -1]");
}

TEST_CASE("views name the same elements", "[tensor][layout]") {
  CHECK(view_transpose(grid(), 0, -1).shape == Shape{4, 3, 2});
  CHECK(view_transpose(grid(), 0, -1).strides == Shape{1, 4, 12});
  CHECK(view_permute(grid(), Shape{2, 0, 1}).shape == Shape{4, 2, 3});
  const Layout row = view_select(grid(), 1, -1);
  CHECK(row.shape == Shape{2, 4});
  CHECK(row.offset == 8);
  CHECK(view_unsqueeze(row, -1).shape == Shape{2, 4, 1});
  CHECK(view_squeeze(contiguous_layout({1, 3, 1}), std::nullopt).shape == Shape{3});
  CHECK(view_squeeze(contiguous_layout({1, 3, 1}), 0).shape == Shape{3, 1});
  CHECK(view_squeeze(contiguous_layout({1, 3, 1}), 1).shape == Shape{1, 3, 1});
}

TEST_CASE("slices clamp as Python's do", "[tensor][layout]") {
  const Layout line = contiguous_layout({10});
  CHECK(positions(view_slice(line, 0, 2, 9, 3)) == std::vector<int64_t>{2, 5, 8});
  CHECK(positions(view_slice(line, 0, -3, 100, 1)) == std::vector<int64_t>{7, 8, 9});
  CHECK(view_slice(line, 0, 7, 3, 1).shape == Shape{0});
  CHECK(view_slice(line, 0, INT64_MIN, INT64_MAX, INT64_MAX).shape == Shape{1});
  CHECK_THROWS_AS(view_slice(line, 0, 0, 3, 0), Error);
  CHECK_THROWS_AS(view_slice(line, 1, 0, 3, 1), Error);
}

TEST_CASE("expanding repeats with a stride of zero", "[tensor][layout]") {
  const Layout column = contiguous_layout({3, 1});
  const Layout wide = view_expand(column, Shape{2, -1, 4});
  CHECK(wide.shape == Shape{2, 3, 4});
  CHECK(wide.strides == Shape{0, 1, 0});
  CHECK(may_overlap_itself(wide));
  CHECK_THROWS_AS(view_expand(column, Shape{4, 4}), Error);
  CHECK_THROWS_AS(view_expand(column, Shape{-1, 3, 1}), Error);
  CHECK_THROWS_AS(view_expand(column, Shape{1}), Error);
}

TEST_CASE("a reshape without a copy keeps the order of elements", "[tensor][layout]") {
  const std::vector<Layout> layouts = {
      grid(),
      view_slice(grid(), 0, 0, 1, 1),
      view_slice(grid(), 2, 0, 4, 2),
      view_permute(grid(), Shape{2, 0, 1}),
      view_expand(contiguous_layout({1, 6}), Shape{4, 6}),
      contiguous_layout({}),
      view_select(grid(), 0, 1),
  };
  const std::vector<Shape> shapes = {{24},         {6, 4}, {4, 6}, {2, 12},    {12, 2},
                                     {2, 3, 2, 2}, {12},   {3, 4}, {1, 12, 1}, {2, 6},
                                     {3, 2, 2},    {1},    {},     {4, 3, 2}};
  size_t without_copy = 0;
  for (const Layout& layout : layouts) {
    for (const Shape& shape : shapes) {
      if (numel_of(shape) != numel_of(layout.shape)) continue;
      const auto view = view_reshape(layout, shape);
      if (!view) continue;
      ++without_copy;
      CHECK(view->shape == shape);
      CHECK(positions(*view) == positions(layout));
    }
  }
  CHECK(without_copy > 20);
  CHECK_FALSE(view_reshape(view_transpose(grid(), 0, 2), Shape{24}));
  CHECK(view_reshape(view_slice(grid(), 2, 0, 4, 2), Shape{12}));
}

TEST_CASE("one size may be left to be worked out", "[tensor][layout]") {
  CHECK(infer_shape(Shape{2, -1}, 6) == Shape{2, 3});
  CHECK(infer_shape(Shape{0, 3}, 0) == Shape{0, 3});
  CHECK_THROWS_AS(infer_shape(Shape{-1, -1}, 6), Error);
  CHECK_THROWS_AS(infer_shape(Shape{-1, 0}, 0), Error);
  CHECK_THROWS_WITH(infer_shape(Shape{4, 2}, 6), "shape '[4, 2]' is invalid for input of size 6");
}

TEST_CASE("the extent is checked against every lie", "[tensor][layout]") {
  CHECK(extent_of(grid()) == 24);
  CHECK(extent_of({{0}, {INT64_MAX}, 3}) == 3);
  CHECK_FALSE(extent_of({{3}, {INT64_MAX}, 0}));
  CHECK_FALSE(extent_of({{2}, {-1}, 5}));
  CHECK_FALSE(extent_of({{1}, {1}, INT64_MAX}));
}

TEST_CASE("dense, contiguous and overlapping layouts are told apart", "[tensor][layout]") {
  CHECK(is_contiguous(grid()));
  CHECK(is_contiguous(view_transpose(contiguous_layout({2, 0, 3}), 0, 2)));
  CHECK_FALSE(is_contiguous(view_transpose(grid(), 0, 1)));
  CHECK(is_dense(view_transpose(grid(), 0, 1)));
  CHECK_FALSE(is_dense(view_slice(grid(), 2, 0, 3, 1)));
  CHECK_FALSE(may_overlap_itself(view_slice(grid(), 2, 0, 3, 1)));
  CHECK(may_overlap_itself({{3, 3}, {1, 1}, 0}));
  CHECK_FALSE(is_dense({{2, 2}, {1, 1}, 0}));
  CHECK(is_dense({{0, 3}, {7, 7}, 0}));
  CHECK_FALSE(may_overlap_itself({{0, 3}, {1, 1}, 0}));
}

TEST_CASE("layouts of many dimensions are told apart too", "[tensor][layout]") {
  const Layout dense = contiguous_layout({2, 1, 3, 1, 2, 2, 1, 2, 3});
  const Layout turned = view_permute(dense, Shape{8, 1, 0, 5, 4, 3, 2, 7, 6});
  CHECK(is_dense(turned));
  CHECK_FALSE(may_overlap_itself(turned));
  Layout wider = turned;
  for (int64_t& stride : wider.strides) stride *= 2;
  CHECK_FALSE(is_dense(wider));
  CHECK_FALSE(may_overlap_itself(wider));
  Layout folded = turned;
  folded.strides[0] = folded.strides[2];
  CHECK_FALSE(is_dense(folded));
  CHECK(may_overlap_itself(folded));
}

TEST_CASE("shapes broadcast by NumPy's rule", "[tensor][layout]") {
  CHECK(broadcast_shapes(Shape{2, 1, 4}, Shape{3, 1}, "add") == Shape{2, 3, 4});
  CHECK(broadcast_shapes(Shape{}, Shape{5}, "add") == Shape{5});
  CHECK(broadcast_shapes(Shape{0}, Shape{1}, "add") == Shape{0});
  CHECK_THROWS_AS(broadcast_shapes(Shape{3}, Shape{4}, "add"), Error);
}

}  // namespace duramen
