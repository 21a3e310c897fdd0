#include "document/slot_table.hpp"

#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "io/random.hpp"

namespace sluice {
namespace {

struct Word {
    std::string text;
    explicit operator bool() const { return !text.empty(); }
    std::string_view key() const { return text; }
};

using Table = SlotTable<Word>;

std::string name(int number) {
    return "name" + std::to_string(number);
}

TEST(SlotTable, finds_what_was_inserted_and_nothing_else) {
    Table table;
    for (int i = 0; i < 1'000; ++i) {
        table.insert({name(i)});
    }
    for (int i = 0; i < 1'000; ++i) {
        ASSERT_TRUE(table.find(name(i)).has_value());
    }
    EXPECT_FALSE(table.find("name1000").has_value());
}

TEST(SlotTable, uses_the_slot_of_an_erased_cell_again) {
    Table table;
    table.insert({"a"});
    const Slot slot = table.insert({"b"});
    table.insert({"c"});
    table.erase(slot);
    EXPECT_EQ(table.insert({"d"}), slot);
    EXPECT_EQ(table.slot_count(), 3u);
}

TEST(SlotTable, cuts_free_slots_off_its_end) {
    Table table;
    for (int i = 0; i < 100; ++i) {
        table.insert({name(i)});
    }
    for (int i = 99; i >= 10; --i) {
        table.erase(*table.find(name(i)));
    }
    EXPECT_EQ(table.slot_count(), 10u);
}

TEST(SlotTable, draws_every_cell_about_as_often) {
    Table table;
    for (int i = 0; i < 50; ++i) {
        table.insert({name(i)});
    }
    std::map<Slot, int> drawn;
    Random random(7);
    for (int i = 0; i < 50'000; ++i) {
        ++drawn[table.at_random(random.next())];
    }
    ASSERT_EQ(drawn.size(), 50u);
    for (const auto& [slot, times] : drawn) {
        EXPECT_GT(times, 700) << slot;
        EXPECT_LT(times, 1'300) << slot;
    }
}

// Insertions, erasures and lookups at random against a map; slots never move.
TEST(SlotTable, agrees_with_a_map) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        Table table;
        std::map<std::string, Slot> model;
        for (int step = 0; step < 5'000; ++step) {
            const std::string key = name(static_cast<int>(random.below(step < 2'500 ? 400 : 30)));
            const auto slot = table.find(key);
            ASSERT_EQ(slot.has_value(), model.contains(key));
            if (!slot) {
                model[key] = table.insert({key});
            } else if (random.one_in(2)) {
                ASSERT_EQ(*slot, model[key]);
                table.erase(*slot);
                model.erase(key);
            }
            ASSERT_EQ(table.size(), model.size());
        }
        for (const auto& [key, slot] : model) {
            EXPECT_EQ(table[slot].text, key);
        }
    }
}

TEST(SlotTable, scan_misses_no_cell_that_lives_throughout) {
    Random random(3);
    Table table;
    for (int i = 0; i < 300; ++i) {
        table.insert({name(i)});
    }
    // Names below 100 stay; the others come and go while the scan is on its way.
    std::set<std::string> seen;
    std::uint64_t cursor = 0;
    do {
        cursor = table.scan(cursor, 7, [&](const Word& word) { seen.insert(word.text); });
        const std::string key = name(100 + static_cast<int>(random.below(400)));
        if (const auto slot = table.find(key)) {
            table.erase(*slot);
        } else {
            table.insert({key});
        }
    } while (cursor != 0);
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(seen.contains(name(i))) << i;
    }
}

}  // namespace
}  // namespace sluice
