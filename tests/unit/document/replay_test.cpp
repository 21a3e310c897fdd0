// The law that recovery rests on: state == replay of its effects == load(save(state)), and no bytes
// at all can crash apply() or load().

#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "document/effect.hpp"
#include "document/hash.hpp"
#include "document/sorted_set.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

constexpr int histories = 40;
constexpr int steps = 400;

struct FieldModel {
    std::string value;
    std::optional<WallTime> expires_at;
    friend bool operator==(const FieldModel&, const FieldModel&) = default;
};
using HashModel = std::map<std::string, FieldModel>;
using SetModel = std::map<std::string, double>;

HashModel model_of(const Hash& hash) {
    HashModel model;
    hash.for_each([&](const HashField& field) {
        model[std::string(field.name)] = {std::string(field.value), field.expires_at};
    });
    return model;
}

SetModel model_of(const SortedSet& sorted) {
    SetModel model;
    sorted.for_each({0, sorted.size()}, Direction::forward, [&](const ScoredMember& member) {
        model[std::string(member.member)] = member.score;
    });
    return model;
}

// What is seen from outside, the order of iteration included.
std::string picture_of(const Hash& hash) {
    std::string picture = hash.is_packed() ? "packed" : "table";
    hash.for_each([&](const HashField& field) {
        picture.append("\n").append(field.name).append("=").append(field.value);
    });
    return picture;
}

std::string random_text(Random& random) {
    // Some longer than a packed hash takes.
    return std::string(random.below(random.one_in(40) ? 80 : 12),
                       static_cast<char>('a' + random.below(26)));
}

std::string random_name(Random& random, std::uint64_t names) {
    return "n" + std::to_string(random.below(names));
}

std::string random_hash_effect(Random& random, std::uint64_t names, HashModel& model) {
    const std::uint64_t choice = random.below(10);
    const auto kind = choice < 6   ? EffectKind::hash_set
                      : choice < 9 ? EffectKind::hash_remove
                                   : EffectKind::hash_expire;
    EffectBuilder effect(kind);
    for (std::uint64_t items = 1 + random.below(4); items > 0; --items) {
        const std::string name = random_name(random, names);
        if (kind == EffectKind::hash_set) {
            const std::string value = random_text(random);
            effect.add_field(name, value);
            model[name] = {value, std::nullopt};
        } else if (kind == EffectKind::hash_remove) {
            effect.add_name(name);
            model.erase(name);
        } else {
            std::optional<WallTime> at;
            if (random.one_in(2)) {
                at = WallTime::from_ms(static_cast<std::int64_t>(1 + random.below(1'000)));
            }
            effect.add_expiry(name, at);
            if (model.contains(name)) model[name].expires_at = at;
        }
    }
    return std::string(effect.bytes());
}

std::string random_set_effect(Random& random, std::uint64_t names, SetModel& model) {
    const bool sets = random.below(10) < 6;
    EffectBuilder effect(sets ? EffectKind::members_set : EffectKind::members_remove);
    for (std::uint64_t items = 1 + random.below(4); items > 0; --items) {
        const std::string name = random_name(random, names);
        if (sets) {
            const double score = static_cast<double>(random.below(20)) - 10;
            effect.add_member(name, score);
            model[name] = score;
        } else {
            effect.add_name(name);
            model.erase(name);
        }
    }
    return std::string(effect.bytes());
}

template <class Document>
Document replayed(const std::vector<std::string>& effects) {
    Document document;
    for (const std::string& effect : effects) {
        EXPECT_TRUE(document.apply(effect).has_value());
    }
    return document;
}

template <class Document>
Document reloaded(const Document& document) {
    std::string snapshot;
    document.save(snapshot);
    auto loaded = Document::load(snapshot);
    EXPECT_TRUE(loaded.has_value());
    return std::move(*loaded);
}

TEST(Replay, of_hashes_gives_the_same_state) {
    for (std::uint64_t seed = 1; seed <= histories; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        const std::uint64_t names = 1 + random.below(random.one_in(3) ? 900 : 30);
        HashModel model;
        Hash live;
        std::vector<std::string> effects;
        for (int step = 0; step < steps; ++step) {
            effects.push_back(random_hash_effect(random, names, model));
            ASSERT_TRUE(live.apply(effects.back()).has_value());
        }
        EXPECT_EQ(model_of(live), model);
        EXPECT_EQ(picture_of(replayed<Hash>(effects)), picture_of(live));
        const Hash loaded = reloaded(live);
        EXPECT_EQ(model_of(loaded), model);
        EXPECT_EQ(loaded.is_packed(), live.is_packed());
        EXPECT_EQ(loaded.next_expiry(), live.next_expiry());
        EXPECT_EQ(picture_of(reloaded(loaded)), picture_of(loaded));
    }
}

TEST(Replay, of_sorted_sets_gives_the_same_state) {
    for (std::uint64_t seed = 1; seed <= histories; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        const std::uint64_t names = 1 + random.below(random.one_in(3) ? 900 : 30);
        SetModel model;
        SortedSet live;
        std::vector<std::string> effects;
        for (int step = 0; step < steps; ++step) {
            effects.push_back(random_set_effect(random, names, model));
            ASSERT_TRUE(live.apply(effects.back()).has_value());
        }
        EXPECT_EQ(model_of(live), model);
        EXPECT_EQ(model_of(replayed<SortedSet>(effects)), model);
        const SortedSet loaded = reloaded(live);
        EXPECT_EQ(model_of(loaded), model);
        EXPECT_EQ(loaded.is_small(), live.is_small());
        for (std::size_t rank = 1; rank < live.size(); ++rank) {
            ASSERT_TRUE(live.at(rank - 1) < live.at(rank));
        }
    }
}

// Bytes near to valid ones reach deeper than noise: a valid snapshot or effect with a few flips.
std::string damaged(Random& random, std::string bytes) {
    for (std::uint64_t flips = 1 + random.below(4); flips > 0 && !bytes.empty(); --flips) {
        bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    if (random.one_in(3)) bytes.resize(random.below(bytes.size() + 1));
    return bytes;
}

TEST(Replay, of_damaged_bytes_is_refused_or_harmless) {
    Random random(99);
    HashModel hash_model;
    SetModel set_model;
    Hash hash;
    SortedSet sorted;
    for (int step = 0; step < 20'000; ++step) {
        const std::string hash_effect = damaged(random, random_hash_effect(random, 30, hash_model));
        const auto hash_applied = hash.apply(hash_effect);
        if (!hash_applied) EXPECT_EQ(hash_applied.error().code, Errc::corrupt);
        const std::string set_effect = damaged(random, random_set_effect(random, 30, set_model));
        const auto set_applied = sorted.apply(set_effect);
        if (!set_applied) EXPECT_EQ(set_applied.error().code, Errc::corrupt);
        if (step % 100 != 0) continue;
        std::string snapshot;
        hash.save(snapshot);
        (void)Hash::load(damaged(random, snapshot));
        snapshot.clear();
        sorted.save(snapshot);
        (void)SortedSet::load(damaged(random, snapshot));
    }
    EXPECT_EQ(model_of(reloaded(hash)), model_of(hash));
    EXPECT_EQ(model_of(reloaded(sorted)), model_of(sorted));
}

}  // namespace
}  // namespace sluice
