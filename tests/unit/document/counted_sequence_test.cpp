#include "document/counted_sequence.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

#include "io/random.hpp"

namespace sluice {
namespace {

using Items = std::vector<CountedSequence::Item>;

Items forward(const CountedSequence& sequence) {
    Items items;
    while (items.size() < sequence.size()) {
        const auto run = sequence.run_from(items.size());
        items.insert(items.end(), run.begin(), run.end());
    }
    return items;
}

Items backward(const CountedSequence& sequence) {
    Items items;
    while (items.size() < sequence.size()) {
        const auto run = sequence.run_before(sequence.size() - items.size());
        items.insert(items.end(), run.rbegin(), run.rend());
    }
    std::ranges::reverse(items);
    return items;
}

std::size_t first_at_least(const CountedSequence& sequence, CountedSequence::Item bound) {
    return sequence.partition_point([&](CountedSequence::Item item) { return item < bound; });
}

TEST(CountedSequence, is_empty_at_first) {
    const CountedSequence sequence;
    EXPECT_EQ(sequence.size(), 0u);
    EXPECT_EQ(first_at_least(sequence, 5), 0u);
}

TEST(CountedSequence, keeps_what_is_appended_in_order) {
    CountedSequence sequence;
    for (CountedSequence::Item i = 0; i < 10'000; ++i) {
        sequence.insert(i, i);
    }
    for (CountedSequence::Item i = 0; i < 10'000; i += 97) {
        EXPECT_EQ(sequence[i], i);
        EXPECT_EQ(first_at_least(sequence, i), i);
    }
}

TEST(CountedSequence, keeps_what_is_put_in_front_in_order) {
    CountedSequence sequence;
    for (CountedSequence::Item i = 0; i < 5'000; ++i) {
        sequence.insert(0, 5'000 - i);
    }
    EXPECT_TRUE(std::ranges::is_sorted(forward(sequence)));
}

TEST(CountedSequence, gives_its_memory_back_when_it_becomes_empty) {
    CountedSequence sequence;
    for (CountedSequence::Item i = 0; i < 5'000; ++i) {
        sequence.insert(i, i);
    }
    while (sequence.size() > 0) {
        sequence.erase(sequence.size() / 2);
    }
    EXPECT_EQ(sequence.memory_bytes(), 0u);
    sequence.insert(0, 7);
    EXPECT_EQ(sequence[0], 7u);
}

// Sorted insertion and erasure at random places against a vector, through many splits and merges.
TEST(CountedSequence, agrees_with_a_vector) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        CountedSequence sequence;
        Items model;
        for (int step = 0; step < 6'000; ++step) {
            // Grow in the first half, shrink in the second.
            const bool grows = random.below(10) < (step < 3'000 ? 8u : 2u);
            if (grows || model.empty()) {
                const auto item = static_cast<CountedSequence::Item>(random.below(100'000));
                const std::size_t position = first_at_least(sequence, item);
                const auto at = std::ranges::lower_bound(model, item);
                ASSERT_EQ(position, static_cast<std::size_t>(at - model.begin()));
                sequence.insert(position, item);
                model.insert(at, item);
            } else {
                const std::size_t position = random.below(model.size());
                sequence.erase(position);
                model.erase(model.begin() + static_cast<std::ptrdiff_t>(position));
            }
            ASSERT_EQ(sequence.size(), model.size());
        }
        EXPECT_EQ(forward(sequence), model);
        EXPECT_EQ(backward(sequence), model);
    }
}

}  // namespace
}  // namespace sluice
