// Damage at rest, of every kind that disks are known for: the store serves what was written, or
// says that it cannot. Wrong bytes are never served, and nothing is lost without a word.
//
// SLUICE_FAULTS  how many damaged stores to open (20,000)
#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <set>

#include "simulation/dump.hpp"
#include "simulation/machine.hpp"
#include "simulation/scripted_run.hpp"
#include "simulation/sim_file_system.hpp"
#include "simulation/workload.hpp"

namespace sluice::testing {
namespace {

std::uint64_t faults_max() {
    const char* text = std::getenv("SLUICE_FAULTS");
    return text == nullptr ? 20'000 : std::strtoull(text, nullptr, 10);
}

// Single things that a store says: a string, a field of a hash, an entry of a stream. Under which
// key is not part of it: when the record of a RENAME is lost, and that is reported, what came later
// stands under the old name.
using Facts = std::set<std::string>;

void add_facts(const ModelKey& key, Facts& facts) {
    if (const auto* string = std::get_if<std::string>(&key.value)) facts.insert("=" + *string);
    if (const auto* hash = std::get_if<ModelKey::Hash>(&key.value)) {
        for (const auto& [field, value] : *hash)
            facts.insert(field + "=" + value);
    }
    if (const auto* members = std::get_if<ModelKey::SortedSet>(&key.value)) {
        for (const auto& [member, score] : *members) {
            facts.insert(member + "=" + std::to_string(score));
        }
    }
    if (const auto* stream = std::get_if<ModelStream>(&key.value)) {
        for (const auto& [id, fields] : stream->entries) {
            std::string fact = id.text() + "=";
            for (const auto& field : fields)
                fact += field + ",";
            facts.insert(fact);
        }
    }
}

// What the store says when it is asked for one key; errors say nothing.
void ask_facts(const Call& call, const std::string& name, Facts& facts) {
    const auto type = call({"TYPE", name}).text;
    if (type == "string") {
        const auto value = call({"GET", name});
        if (value.kind == Reply::Kind::bulk) facts.insert("=" + value.text);
    }
    if (type == "hash" || type == "zset") {
        const auto pairs = type == "hash" ? call({"HGETALL", name})
                                          : call({"ZRANGE", name, "0", "-1", "WITHSCORES"});
        for (std::size_t i = 0; i + 1 < pairs.elements.size(); i += 2) {
            facts.insert(pairs.elements[i].text + "=" + pairs.elements[i + 1].text);
        }
    }
    if (type == "stream") {
        for (const auto& entry : call({"XRANGE", name, "-", "+"}).elements) {
            std::string fact = entry.elements.at(0).text + "=";
            for (const auto& field : entry.elements.at(1).elements)
                fact += field.text + ",";
            facts.insert(fact);
        }
    }
}

// A store after a random life, shut down in good order.
struct Store {
    SimDisk disk{1};
    Facts ever;    // said at any time of its life
    Facts at_end;  // to be said now

    explicit Store(std::uint64_t seed) {
        SimFileSystem files(disk);
        Machine machine(files, smallest_engine());
        EXPECT_TRUE(machine.start().has_value());
        Random random(seed);
        Workload workload(random, {.large_body_max = 4096, .expires = false, .flushes = false});
        Model model;
        for (int i = 0; i < 150; ++i) {
            const auto command = workload.next(model);
            EXPECT_TRUE(machine.call(command).has_value());
            model.execute(command, machine.wall.ms());
            for (const auto& [name, key] : model.keys())
                add_facts(key, ever);
            if (i == 70) machine.engine().request_checkpoint();
        }
        for (const auto& [name, key] : model.keys())
            add_facts(key, at_end);
        machine.mono = machine.mono + Duration::from_seconds(10);  // quiet for a while
        machine.settle();
        machine.mono = machine.mono + Duration::from_seconds(10);
        machine.settle();
        machine.stop();
        disk.restart_process();
    }
};

// Has data, and no later file of the journal has.
bool is_newest_of_journal(const std::string& name, const SimDisk& disk) {
    std::string newest;
    for (const auto& other : disk.names_at_rest()) {
        constexpr std::size_t header_bytes = 4096;
        const bool has_data = other.starts_with("journal-") &&
                              disk.bytes_at_rest(other).find_last_not_of('\0') + 1 > header_bytes;
        if (has_data) newest = other;
    }
    return name == newest;
}

// Damages one file and says how.
std::string damage(SimDisk& disk, Random& random) {
    const auto names = disk.names_at_rest();
    const auto& name = names[random.below(names.size())];
    std::string bytes = disk.bytes_at_rest(name);
    // Nothing tells of the newest file of the journal but itself; without it the store is an
    // earlier one.
    if ((random.one_in(20) && !is_newest_of_journal(name, disk)) || bytes.empty()) {
        disk.remove_at_rest(name);
        return name + " is gone";
    }
    // Most of a segment may be zeroes: aim at what was written.
    const auto used = std::max<std::size_t>(1, bytes.find_last_not_of('\0') + 1);
    const auto at = random.below(used);
    std::string how;
    constexpr std::size_t block = 4096;
    switch (random.below(6)) {
        case 0:
        case 1:
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
            how = "a bit flipped at " + std::to_string(at);
            break;
        case 2:
            bytes.resize(at);
            how = "cut at " + std::to_string(at);
            break;
        case 3:
            bytes.replace(at / 512 * 512, std::min<std::size_t>(512, bytes.size() - at / 512 * 512),
                          512, '\0');
            how = "a sector of zeroes at " + std::to_string(at / 512 * 512);
            break;
        case 4: {
            const auto other = random.below(used) / block * block;
            const auto old = bytes.substr(other, block);
            bytes.replace(at / block * block, old.size(), old);
            how =
                "block " + std::to_string(other) + " also at " + std::to_string(at / block * block);
            break;
        }
        default: {
            const auto other = disk.bytes_at_rest(names[random.below(names.size())]);
            bytes = other;
            how = "a copy of another file";
            break;
        }
    }
    disk.replace_at_rest(name, std::move(bytes));
    return name + ": " + how;
}

struct Served {
    bool started = false;
    bool reported = false;  // in notes or by an error reply
    Facts facts;
    std::string notes;
};

Served open_and_read(SimDisk& disk) {
    SimFileSystem files(disk);
    Machine machine(files, smallest_engine());
    Served served;
    if (!machine.start().has_value()) {
        served.reported = true;
        return served;
    }
    served.started = true;
    for (const auto& note : machine.engine().recovery_notes())
        served.notes += "\n  " + note;
    served.reported = !machine.engine().recovery_notes().empty() ||
                      machine.engine().statistics().damaged_ranges > 0;
    const Call call = [&](const Arguments& arguments) {
        auto reply = machine.call(arguments);
        EXPECT_TRUE(reply.has_value()) << "no reply to " << arguments[0];
        if (!reply.has_value() || reply->is_error()) served.reported = true;
        return reply.has_value() ? std::move(*reply) : Reply();
    };
    for (const auto& key : call({"KEYS", "*"}).elements)
        ask_facts(call, key.text, served.facts);
    return served;
}

std::string shown(const std::string& fact) {
    return notation::brief(fact.substr(0, 40));
}

TEST(CorruptionTest, damage_is_reported_and_wrong_bytes_are_never_served) {
    constexpr std::uint64_t stores = 10;
    std::uint64_t differing = 0;
    for (std::uint64_t seed = 1; seed <= stores; ++seed) {
        const Store store(seed);
        Random random(seed);
        for (std::uint64_t i = 0; i < faults_max() / stores; ++i) {
            SimDisk disk = store.disk;
            const auto how = damage(disk, random);
            SCOPED_TRACE("store " + std::to_string(seed) + ", " + how);
            const auto served = open_and_read(disk);
            for (const auto& fact : served.facts) {
                EXPECT_TRUE(store.ever.contains(fact))
                    << "never written: " << shown(fact) << served.notes;
            }
            ASSERT_FALSE(HasFailure());
            if (!served.started || served.facts == store.at_end) continue;
            ++differing;
            ASSERT_TRUE(served.reported) << "something is missing, and nobody says so";
        }
    }
    EXPECT_GT(differing, 0U) << "the damage was not where it hurts";
}

TEST(CorruptionTest, an_undamaged_store_has_nothing_to_report) {
    Store store(1);
    const auto served = open_and_read(store.disk);
    EXPECT_TRUE(served.started);
    EXPECT_FALSE(served.reported);
    EXPECT_EQ(served.facts, store.at_end);
}

TEST(CorruptionTest, a_bit_that_flips_under_a_running_store_is_found_by_the_read) {
    std::uint64_t refused = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        SimDisk disk(seed);
        SimFileSystem files(disk);
        Machine machine(files, smallest_engine());
        ASSERT_TRUE(machine.start().has_value());
        Facts written;
        for (int i = 0; i < 40; ++i) {  // several times what the tail cache holds
            const std::string body(8192, static_cast<char>('a' + i % 26));
            const auto id = std::to_string(i + 1) + "-0";
            ASSERT_TRUE(machine.call({"XADD", "x", id, "f", body}).has_value());
            written.insert("x." + id + "=f," + body + ",");
        }
        machine.settle();
        Random random(seed);
        RandomChooser chooser(random);
        for (int i = 0; i < 8; ++i)
            disk.flip_bit(chooser);
        for (int i = 0; i < 40; ++i) {
            const auto id = std::to_string(i + 1) + "-0";
            const auto reply = machine.call({"XRANGE", "x", id, id});
            ASSERT_TRUE(reply.has_value());
            if (reply->is_error()) {
                EXPECT_TRUE(reply->text.starts_with("CORRUPT")) << reply->text;
                ++refused;
                continue;
            }
            ASSERT_EQ(reply->elements.size(), 1U);
            const auto& fields = reply->elements[0].elements.at(1).elements;
            EXPECT_TRUE(written.contains("x." + id + "=f," + fields.at(1).text + ","));
        }
    }
    EXPECT_GT(refused, 0U) << "no flip was where it hurts";
}

}  // namespace
}  // namespace sluice::testing
