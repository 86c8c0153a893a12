#pragma once

#include <cstdint>
#include <stdexcept>

#include "colonnade/core/clock.hpp"
#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Thrown out of a long call when its interrupt callback said so; nothing that the caller holds has changed.
struct interrupted : std::runtime_error {
  interrupted() : std::runtime_error("interrupted") {}
};

/// While it lives, long calls of this thread ask `poll()` every few milliseconds and end with `interrupted`
/// once it returns true. `poll` is any callable that outlives the scope, such as
/// `[&] { return token.stop_requested(); }`. Nests: the innermost is asked.
class interrupt_scope {
 public:
  template <class Poll>
  explicit interrupt_scope(const Poll& poll)
      : poll_(&poll),
        call_([](const void* p) -> bool { return (*static_cast<const Poll*>(p))(); }),
        outer_(current()) {
    current() = this;
  }
  ~interrupt_scope() { current() = outer_; }
  interrupt_scope(const interrupt_scope&) = delete;
  interrupt_scope& operator=(const interrupt_scope&) = delete;

  /// True when the work of this thread should end. Cheap: asks at most every 10 ms.
  static bool requested() {
    interrupt_scope* scope = current();
    if (scope == nullptr) return false;
    const auto now = detail::nanoseconds_now();
    if (now < scope->next_) return false;
    scope->next_ = now + pause;
    return scope->call_(scope->poll_);
  }

 private:
  static constexpr std::int64_t pause = 10 * detail::millisecond;

  static interrupt_scope*& current() {
    thread_local interrupt_scope* scope = nullptr;
    return scope;
  }

  const void* poll_;
  bool (*call_)(const void*);
  interrupt_scope* outer_;
  std::int64_t next_ = detail::nanoseconds_now() + pause;
};

/// Ends the call with `interrupted` when that is asked for. Serial loops of long calls do this once a block.
inline void check_interrupt() {
  if (interrupt_scope::requested()) throw interrupted();
}

}  // namespace colonnade::inline COLONNADE_ABI
