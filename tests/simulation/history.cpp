#include "simulation/history.hpp"

#include <algorithm>

namespace sluice::testing {

void History::restart(const Models& models) {
    base_ = models;
    models_ = models;
    steps_.clear();
    dependencies_.clear();
    for (auto& writes : last_writes_)
        writes.clear();
    last_flush_.fill(0);
}

std::vector<Outcome> History::apply(const Step& step, Models& models) {
    models[0].expire(step.wall_ms);
    models[1].expire(step.wall_ms);
    std::vector<Outcome> outcomes;
    for (const auto& command : step.commands) {
        outcomes.push_back(models[step.database].execute(command, step.wall_ms));
    }
    return outcomes;
}

std::size_t History::last_write(const Step& step, const std::vector<Outcome>& outcomes) const {
    std::size_t last = last_flush_[step.database];
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        auto keys = Model::keys_of(step.commands[i]);
        // A rename that finds nothing to rename says nothing about its target.
        if (step.commands[i][0] == "RENAME" && outcomes[i].reply == "-ERR") keys.pop_back();
        for (const auto& key : keys) {
            const auto found = last_writes_[step.database].find(key);
            if (found != last_writes_[step.database].end()) last = std::max(last, found->second);
        }
    }
    return last;
}

void History::note_write(std::size_t database, const Arguments& command, std::size_t position) {
    if (command[0] == "FLUSHDB") last_flush_[database] = position;
    for (const auto& key : Model::keys_of(command))
        last_writes_[database][key] = position;
}

std::vector<std::string> History::add(const Step& step) {
    note_time(step.wall_ms);
    const auto outcomes = apply(step, models_);
    steps_.push_back(step);
    const auto position = steps_.size();
    auto dependency = last_write(step, outcomes);
    std::vector<std::string> replies;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        replies.push_back(outcomes[i].reply);
        if (!outcomes[i].changed || outcomes[i].may_be_lost) continue;
        dependency = position;
        note_write(step.database, step.commands[i], position);
    }
    dependencies_.push_back(dependency);
    return replies;
}

Dumps History::dumps_of(const Models& models) const {
    Dumps dumps;
    for (std::size_t i = 0; i < database_count; ++i)
        dumps[i] = dump_model(models[i]);
    mask_expired(dumps);
    return dumps;
}

void History::mask_expired(Dumps& dumps) const {
    for (auto& dump : dumps) {
        std::erase_if(dump, [this](const auto& key) {
            return key.second.expires_ms.has_value() && *key.second.expires_ms <= wall_ms_max_;
        });
    }
}

std::optional<History::Match> History::find(const Dumps& real, std::size_t required,
                                            std::string& difference) const {
    std::optional<Match> match;
    std::size_t fewest = SIZE_MAX;
    Models models = base_;
    for (std::size_t position = 0;; ++position) {
        const auto expected = dumps_of(models);
        if (expected == real && position >= required) {
            match = Match{.position = position, .models = models};
        }
        const auto count =
            count_differences(real[0], expected[0]) + count_differences(real[1], expected[1]);
        if (count <= fewest) {
            fewest = count;
            difference = "nearest is position " + std::to_string(position) + ", with " +
                         std::to_string(count) +
                         " other keys: " + first_difference(real[0], expected[0]) +
                         first_difference(real[1], expected[1]);
        }
        if (position == steps_.size()) break;
        apply(steps_[position], models);
    }
    return match;
}

}  // namespace sluice::testing
