// Explicit instantiations for colonnade::compiled: what most programs use, compiled once.
#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

template class matrix_view<const float>;
template class matrix_view<const double>;
template class matrix_view<float>;
template class matrix_view<double>;

}  // namespace colonnade::inline COLONNADE_ABI
