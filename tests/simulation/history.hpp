// What was done since the last recovery, and which part of it a recovered store shows.
//
// Theory     A step is one command or transaction: all of it or nothing survives. A crash leaves
//            the fold of a prefix of the steps. The prefix must hold everything that a client was
//            allowed to rely on: depend_on() of every step whose reply was seen.
// Order      a position n is the state after the first n steps
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "simulation/dump.hpp"
#include "simulation/model.hpp"

namespace sluice::testing {

constexpr std::size_t database_count = 2;
using Models = std::array<Model, database_count>;
using Dumps = std::array<Dump, database_count>;

struct Step {
    std::size_t database = 0;
    std::vector<Arguments> commands;  // several: a transaction; none: only time passed
    std::int64_t wall_ms = 0;
};

class History {
  public:
    // Begins anew from what is there now.
    void restart(const Models& models);
    // Executes a step on the models that are live, and answers its replies.
    std::vector<std::string> add(const Step& step);

    const Models& models() const { return models_; }
    std::size_t size() const { return steps_.size(); }
    const Step& step(std::size_t index) const { return steps_[index]; }
    // The position that must survive once the reply of this step was seen.
    std::size_t dependency(std::size_t index) const { return dependencies_[index]; }

    // Keys whose deadline was passed at any time are not compared: when they went is not told.
    void note_time(std::int64_t wall_ms) { wall_ms_max_ = std::max(wall_ms_max_, wall_ms); }
    std::int64_t wall_ms_max() const { return wall_ms_max_; }
    void mask_expired(Dumps& dumps) const;

    // The last position of at least `required` whose state is `real`; otherwise nothing, and
    // `difference` says what the nearest one misses.
    struct Match {
        std::size_t position = 0;
        Models models;
    };
    std::optional<Match> find(const Dumps& real, std::size_t required,
                              std::string& difference) const;
    Dumps dumps_of(const Models& models) const;

  private:
    static std::vector<Outcome> apply(const Step& step, Models& models);
    // The position that a client relies on who has seen these outcomes but changed nothing.
    std::size_t last_write(const Step& step, const std::vector<Outcome>& outcomes) const;
    void note_write(std::size_t database, const Arguments& command, std::size_t position);

    Models base_;
    Models models_;
    std::vector<Step> steps_;
    std::vector<std::size_t> dependencies_;
    // The position behind the last step that changed this key in a way that readers wait for.
    std::array<std::map<std::string, std::size_t>, database_count> last_writes_;
    std::array<std::size_t, database_count> last_flush_{};
    std::int64_t wall_ms_max_ = 0;
};

}  // namespace sluice::testing
