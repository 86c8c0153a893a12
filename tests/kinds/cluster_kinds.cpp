#include "colonnade/cluster/k_means.hpp"
#include "tests/cluster/points.hpp"
#include "tests/kinds.hpp"

namespace colonnade::tests::cluster_kinds {
namespace {

const matrix<double>& sample() {
  static const matrix<double> x = grouped_points<double>(30, 3, 4);
  return x;
}

const register_kind<k_means> model{
    [] { return k_means::fit(sample().view(), {.clusters = 4}); },
    [](const k_means& m) {
      std::vector<std::uint32_t> labels(30);
      m.predict(sample().view(), std::span(labels));
      static_cast<void>(m.inertia_of(samples<matrix_view<const double>>{sample().view()}));
      matrix<double> out(30, m.clusters());
      m.transform(sample().view(), out.view());
    }};

data_extent extent() {
  data_extent e;
  e.update(sample().view());
  e.update(sample().view());
  return e;
}

const register_kind<data_extent> range{&extent, [](const data_extent& e) {
                                         data_extent other = e.empty_copy();
                                         other.merge(e);
                                         static_cast<void>(e.contains(other));
                                         static_cast<void>(fixed_point_frame(e));
                                       }};

const register_kind<k_means::accumulator> step{[] {
                                                 k_means::accumulator a(
                                                     k_means(first_rows(sample().view(), 4), 3), extent());
                                                 a.update(sample().view());
                                                 return a;
                                               },
                                               [](const k_means::accumulator& a) {
                                                 auto other = a.empty_copy();
                                                 other.merge(a);
                                                 static_cast<void>(other.finalize());
                                                 other.update(sample().view());
                                                 static_cast<void>(other.finalize());
                                               }};

}  // namespace
}  // namespace colonnade::tests::cluster_kinds
