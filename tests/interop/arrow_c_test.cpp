#include "colonnade/interop/arrow_c.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace colonnade;

namespace {

int released = 0;

/// A stream of `chunks` equal batches with one int16 and one utf8 column, and a dictionary column.
struct producer {
  std::vector<std::int16_t> numbers = {1, 2, -3};
  std::vector<std::uint8_t> validity = {0b101};
  std::vector<std::int32_t> offsets = {0, 1, 1, 4};
  std::string bytes = "axyz";
  std::vector<std::uint8_t> codes = {1, 0, 1};
  std::vector<std::int64_t> words_offsets = {0, 2, 5};
  std::string words = "noyes";
  int left = 1;
  ArrowSchema fields[3] = {}, words_field = {};
  ArrowSchema* field_pointers[3] = {&fields[0], &fields[1], &fields[2]};
  ArrowArray arrays[3] = {}, words_array = {};
  ArrowArray* array_pointers[3] = {&arrays[0], &arrays[1], &arrays[2]};
  const void* number_buffers[2] = {validity.data(), numbers.data()};
  const void* text_buffers[3] = {nullptr, offsets.data(), bytes.data()};
  const void* code_buffers[2] = {nullptr, codes.data()};
  const void* word_buffers[3] = {nullptr, words_offsets.data(), words.data()};
  const void* no_buffers[1] = {nullptr};

  explicit producer(int chunks) : left(chunks) {
    fields[0] = {"s", "number", nullptr, 2, 0, nullptr, nullptr, nullptr, nullptr};
    fields[1] = {"u", "text", nullptr, 2, 0, nullptr, nullptr, nullptr, nullptr};
    words_field = {"U", "", nullptr, 2, 0, nullptr, nullptr, nullptr, nullptr};
    fields[2] = {"C", "word", nullptr, 2, 0, nullptr, &words_field, nullptr, nullptr};
    arrays[0] = {3, 1, 0, 2, 0, number_buffers, nullptr, nullptr, nullptr, nullptr};
    arrays[1] = {3, 0, 0, 3, 0, text_buffers, nullptr, nullptr, nullptr, nullptr};
    words_array = {2, 0, 0, 3, 0, word_buffers, nullptr, nullptr, nullptr, nullptr};
    arrays[2] = {3, 0, 0, 2, 0, code_buffers, nullptr, &words_array, nullptr, nullptr};
  }
  ArrowArrayStream stream() {
    ArrowArrayStream s = {};
    s.private_data = this;
    s.get_schema = [](ArrowArrayStream* self, ArrowSchema* out) {
      auto* p = static_cast<producer*>(self->private_data);
      *out = {
          "+s",   "", nullptr, 0, 3, p->field_pointers, nullptr, [](ArrowSchema* x) { x->release = nullptr; },
          nullptr};
      return 0;
    };
    s.get_next = [](ArrowArrayStream* self, ArrowArray* out) {
      auto* p = static_cast<producer*>(self->private_data);
      *out = {};
      if (p->left-- <= 0) return 0;
      *out = {3,
              0,
              0,
              1,
              3,
              p->no_buffers,
              p->array_pointers,
              nullptr,
              [](ArrowArray* x) {
                ++released;
                x->release = nullptr;
              },
              nullptr};
      return 0;
    };
    s.release = [](ArrowArrayStream* x) { x->release = nullptr; };
    return s;
  }
};

}  // namespace

TEST_CASE("read_arrow: one chunk or several give the same values, and all memory is released") {
  for (const int chunks : {1, 2, 3}) {
    released = 0;
    {
      producer p(chunks);
      const table t = read_arrow(p.stream());
      const table_view v = t.view();
      REQUIRE(v.rows() == static_cast<std::size_t>(3 * chunks));
      CHECK(v.name(0) == "number");
      const auto number = std::get<column_view<const std::int64_t>>(v.column(0));
      const auto text = std::get<string_column_view>(v.column(1));
      for (std::size_t i = 0; i < v.rows(); i += 3) {
        CHECK(number[i] == 1);
        CHECK(number.is_missing(i + 1));
        CHECK(number[i + 2] == -3);
        CHECK(text[i] == "a");
        CHECK(text[i + 1].empty());
        CHECK(text[i + 2] == "xyz");
      }
      if (chunks > 1) {
        CHECK(std::get<string_column_view>(v.column(2))[0] == "yes");
      } else {
        CHECK(std::get<dictionary_column_view>(v.column(2))[0] == 1);
      }
    }
    CHECK(released == chunks);
  }
}

TEST_CASE("read_arrow: a code beyond its dictionary is refused by the column's name") {
  producer p(1);
  p.codes[2] = 2;
  CHECK_THROWS_WITH_AS(read_arrow(p.stream()), "column 'word': found code 2, expected codes below 2",
                       argument_error);
}

TEST_CASE("read_arrow: a type that is not known is named") {
  producer p(1);
  p.fields[0].format = "tdD";
  CHECK_THROWS_WITH_AS(read_arrow(p.stream()), doctest::Contains("column 'number': found Arrow type 'tdD'"),
                       argument_error);
}
