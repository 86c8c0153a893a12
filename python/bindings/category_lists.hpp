#pragma once

#include <vector>

#include "bind.hpp"
#include "colonnade/preprocessing/category_groups.hpp"
#include "colonnade/preprocessing/category_list.hpp"

// Categories, and when one is infrequent, between Python and C++.

namespace colonnade::python {

/// A category_list for each array of a Python list; nothing for None.
std::vector<category_list> lists_of(const py::object& arrays);

/// Categories as a numpy array: objects for text, else numbers; with a missing category numbers become
/// floats.
py::object array_of(const category_list& list, bool objects);

/// What `lists_of` takes; None for no list.
py::object given_lists(const std::vector<category_list>& lists);

// Options come as a dict of plain values; what they mean is said by the params of each primitive.

category_rarity rarity_of(const py::dict& options);
py::dict options_of(const category_rarity& rarity, const std::vector<category_list>& categories);

}  // namespace colonnade::python
