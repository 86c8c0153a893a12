#include "colonnade/cluster/tile_bounds.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace colonnade::tests {
namespace {

/// Centres on a line; the last of them is the only mover.
cluster_detail::center_moves line_moves() {
  const tile_frame frame = {{0.0}, 1.0};
  const std::vector<double> before = {0, 1, 2, 3, 40}, now = {0.125, 1, 2, 3, 8};
  return {center_search(now, frame), center_search(before, frame)};
}

}  // namespace

TEST_CASE("tile_bounds: the centres that moved far are movers, and the gaps lead to them") {
  const auto moves = line_moves();
  CHECK(moves.movers == 1);
  CHECK(moves.order[0] == 4);
  CHECK(moves.most == doctest::Approx(32));
  CHECK(moves.rest == doctest::Approx(0.125));
  CHECK(moves.gaps[3] == doctest::Approx(5));
  CHECK(moves.gaps[3] < 5);
  CHECK(moves.gaps[4] > 1e30f);
}

TEST_CASE("tile_bounds: a mover that stays far away takes no room but what its gap leaves") {
  const auto moves = line_moves();
  cluster_detail::tile_bounds tile;
  tile.set_labels(std::vector<std::uint32_t>{0, 0, 1});
  CHECK(tile.label_count == 2);
  tile.add(0.9f, 0.25f);
  tile.add(1.5f, 0.5f);
  CHECK(tile.slack == 0.9f - 0.25f);
  tile.move(moves);
  // Upper bounds grow by 0.125, lower ones shrink by 0.125; 7 - 0.625 is left to the mover.
  CHECK(tile.upper == doctest::Approx(0.625));
  CHECK(tile.slack == doctest::Approx(0.4));
  CHECK(tile.slack < 0.4f);
  CHECK(tile.overhead.stale == doctest::Approx(0.125));
  CHECK(tile.overhead.cap == doctest::Approx(6.375));
}

TEST_CASE("tile_bounds: with many labels, every move counts in full") {
  const auto moves = line_moves();
  cluster_detail::tile_bounds tile;
  tile.set_labels(std::vector<std::uint32_t>{0, 1, 2, 3, 4});
  CHECK(tile.label_count == 0);
  tile.add(100.0f, 1.0f);
  tile.move(moves);
  CHECK(tile.slack == doctest::Approx(35));
}

TEST_CASE("tile_bounds: a fifth label clears labels that no point has any more") {
  cluster_detail::tile_bounds tile;
  const std::vector<std::uint32_t> few = {7, 7, 9}, many = {7, 1, 2, 3, 9};
  tile.set_labels(std::vector<std::uint32_t>{7, 1, 2});
  tile.note(9, few);
  CHECK(tile.label_count == 4);
  tile.note(7, few);
  CHECK(tile.label_count == 4);
  tile.note(5, few);
  CHECK(tile.label_count == 2);
  tile.set_labels(std::vector<std::uint32_t>{7, 1, 2, 3});
  tile.note(9, many);
  CHECK(tile.label_count == 0);
}

}  // namespace colonnade::tests
