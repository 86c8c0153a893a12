#include "colonnade/kernels/numpy_random.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

using namespace colonnade;

TEST_CASE("numpy_random: draws what numpy.random.RandomState draws") {
  // RandomState(0).randint(0, 2**32, 5, dtype=numpy.uint32) and the order of arange(10) after
  // RandomState(0).shuffle.
  numpy_random random(0);
  std::vector<std::uint32_t> draws(5);
  for (auto& draw : draws) draw = random.bits();
  CHECK(draws == std::vector<std::uint32_t>{2357136044U, 2546248239U, 3071714933U, 3626093760U, 2588848963U});
  std::vector<int> order(10);
  std::iota(order.begin(), order.end(), 0);
  numpy_random(0).shuffle(std::span(order));
  CHECK(order == std::vector<int>{2, 8, 4, 9, 1, 6, 7, 3, 0, 5});
}

TEST_CASE("numpy_random: the shuffle makes the draws of up_to, one an item") {
  std::vector<int> order(5000), naive(5000);
  std::iota(order.begin(), order.end(), 0);
  std::iota(naive.begin(), naive.end(), 0);
  numpy_random(9).shuffle(std::span(order));
  numpy_random random(9);
  for (std::uint32_t i = 4999; i > 0; --i) std::swap(naive[i], naive[random.up_to(i)]);
  CHECK(order == naive);
  std::vector<int> none;
  random.shuffle(std::span(none));
}
