// Where a simulated disk gets its decisions from: a seed, or every possibility one after the other.
#pragma once

#include <cstdint>
#include <vector>

#include "io/random.hpp"

namespace sluice::testing {

class Chooser {
  public:
    virtual ~Chooser() = default;
    // A number in [0, count); count > 0.
    virtual std::uint64_t choose(std::uint64_t count) = 0;
    // Whether choices may be made freely often, or each one multiplies the possibilities.
    virtual bool is_exhaustive() const = 0;
};

class RandomChooser final : public Chooser {
  public:
    explicit RandomChooser(Random& random) : random_(random) {}
    std::uint64_t choose(std::uint64_t count) override { return random_.below(count); }
    bool is_exhaustive() const override { return false; }

  private:
    Random& random_;
};

// Goes through all sequences of choices like an odometer: use it, then advance(), until that says
// false. The code that chooses must be the same each time.
class ExhaustiveChooser final : public Chooser {
  public:
    std::uint64_t choose(std::uint64_t count) override {
        if (used_ == wheels_.size()) wheels_.push_back({.value = 0, .count = count});
        return wheels_[used_++].value;
    }
    bool is_exhaustive() const override { return true; }

    bool advance() {
        wheels_.resize(used_);
        used_ = 0;
        while (!wheels_.empty() && ++wheels_.back().value == wheels_.back().count) {
            wheels_.pop_back();
        }
        return !wheels_.empty();
    }

  private:
    struct Wheel {
        std::uint64_t value;
        std::uint64_t count;
    };
    std::vector<Wheel> wheels_;
    std::size_t used_ = 0;
};

}  // namespace sluice::testing
