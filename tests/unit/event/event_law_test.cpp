// Laws over random events: what an encoder wrote, its decoder reads back; whatever bytes come, a
// decoder answers; what it accepted, it can write and read again.
#include <array>
#include <gtest/gtest.h>

#include "event/event_fields.hpp"
#include "event/event_json.hpp"
#include "event/event_msgpack.hpp"
#include "event/utf8.hpp"
#include "io/random.hpp"
#include "samples.hpp"

namespace sluice {
namespace {

constexpr int rounds = 4000;

class RandomEvents {
  public:
    explicit RandomEvents(std::uint64_t seed) : random_(seed) {}

    Event next() {
        Event event;
        event.event_id = "id" + text();
        event.type = random_.one_in(4) ? std::string(alakai_type) : "some.type";
        event.version = std::to_string(random_.below(9)) + ".0";
        event.time = time();
        if (random_.one_in(2)) event.recorded_time = time();
        if (random_.one_in(2)) event.expires_at = time();
        for (const auto member :
             {&Event::source, &Event::target, &Event::correlation_id, &Event::parent_event_id,
              &Event::session_id, &Event::user_id, &Event::goal_id, &Event::task_id,
              &Event::agent_id, &Event::partition_key, &Event::idempotency_key,
              &Event::signature}) {
            if (random_.one_in(2)) event.*member = text();
        }
        if (random_.one_in(2)) {
            event.source_agent_id = "a" + text();
            event.call_chain = list();
            event.call_chain.push_back(event.source_agent_id);
        }
        event.priority = static_cast<Priority>(random_.below(4));
        event.context_refs = list();
        event.data = data();
        for (auto count = random_.below(3); count > 0; --count) {
            event.unknown_fields.push_back({"f" + bytes(), bytes()});
        }
        for (auto count = random_.below(3); count > 0; --count) {
            event.unknown_members.push_back({"m" + std::to_string(count) + R"(\u00e4)", json()});
        }
        return event;
    }

    std::string bytes() {
        std::string bytes;
        for (auto size = random_.below(12); size > 0; --size) {
            bytes += static_cast<char>(static_cast<unsigned char>(random_.below(256)));
        }
        return bytes;
    }

  private:
    std::string text() {
        constexpr std::array<std::string_view, 10> pieces = {
            "a", ",", "[", "\"", "\\", "\xC3\xA4", "\xF0\x9F\x98\x80", " ", "]", "\\u0041"};
        std::string text;
        for (auto size = random_.below(6); size > 0; --size) {
            text += pieces[random_.below(pieces.size())];
        }
        return text;
    }
    std::vector<std::string> list() {
        std::vector<std::string> list;
        for (auto size = random_.below(4); size > 0; --size)
            list.push_back(text());
        return list;
    }
    WallTime time() {
        const auto range = static_cast<std::uint64_t>((time_max - time_min).microseconds);
        return {time_min.microseconds + static_cast<std::int64_t>(random_.below(range))};
    }
    std::string json() {
        constexpr std::array<std::string_view, 7> values = {
            "null",     "{}",      R"({"a" : [1.50, "\ud83d\ude00"]})", "[]",
            "\"x\\n\"", "-0.0e+1", R"({"eventId":"id","occurredAt":1})"};
        return std::string(values[random_.below(values.size())]);
    }
    Data data() {
        if (random_.one_in(3)) return {bytes(), "application/octet-stream"};
        if (random_.one_in(3)) return {" " + json() + "\n", "application/x+json"};
        return {json(), std::string(json_content_type)};
    }

    Random random_;
};

TEST(EventLaw, flat_fields_give_the_event_back) {
    RandomEvents events(1);
    for (int i = 0; i < rounds; ++i) {
        const auto event = events.next();
        const auto fields = encode_fields(event);
        ASSERT_TRUE(fields) << fields.error().message;
        const auto decoded = decode_fields(*fields);
        ASSERT_TRUE(decoded) << decoded.error().message;
        ASSERT_EQ(*decoded, event);
    }
}

TEST(EventLaw, json_gives_the_event_back) {
    RandomEvents events(2);
    for (int i = 0; i < rounds; ++i) {
        const auto event = events.next();
        const auto text = encode_json(event);
        ASSERT_TRUE(text) << text.error().message;
        ASSERT_FALSE(utf8_error(*text));
        const auto decoded = decode_json(*text);
        ASSERT_TRUE(decoded) << decoded.error().message << "\n" << *text;
        ASSERT_EQ(*decoded, event) << *text;
        ASSERT_EQ(*decode_json_entry(*encode_json_entry(event)), event);
    }
}

TEST(EventLaw, msgpack_gives_the_event_back) {
    RandomEvents events(5);
    for (int i = 0; i < rounds; ++i) {
        auto event = events.next();
        if (i % 3 == 0) event.data = {"\x81\xa1x\x01", std::string(msgpack_content_type)};
        const auto fields = encode_msgpack_entry(event);
        ASSERT_TRUE(fields) << fields.error().message;
        const auto decoded = decode_msgpack_entry(*fields);
        ASSERT_TRUE(decoded) << decoded.error().message;
        ASSERT_EQ(*decoded, event);
    }
}

TEST(EventLaw, an_event_survives_the_way_through_all_encodings) {
    RandomEvents events(3);
    for (int i = 0; i < rounds / 4; ++i) {
        const auto event = events.next();
        const auto packed = *decode_msgpack_entry(*encode_msgpack_entry(event));
        ASSERT_EQ(*decode_json(*encode_json(*decode_fields(*encode_fields(packed)))), event);
    }
}

TEST(EventLaw, damaged_msgpack_is_refused_or_means_something) {
    Random random(6);
    const auto entry = *encode_msgpack_entry(testing::everything());
    for (std::size_t size = 0; size < entry[0].value.size(); ++size)
        ASSERT_FALSE(decode_msgpack_entry(Fields{{"data", entry[0].value.substr(0, size)}}));
    for (int i = 0; i < rounds * 5; ++i) {
        auto damaged = entry;
        auto& bytes = damaged[0].value;
        bytes[random.below(bytes.size())] =
            static_cast<char>(static_cast<unsigned char>(random.below(256)));
        const auto event = decode_msgpack_entry(damaged);
        if (!event) continue;
        ASSERT_EQ(*decode_msgpack_entry(*encode_msgpack_entry(*event)), *event);
    }
}

TEST(EventLaw, every_prefix_and_every_damage_is_refused_or_means_something) {
    Random random(4);
    const auto text = *encode_json(testing::everything());
    for (std::size_t size = 0; size < text.size(); ++size) {
        ASSERT_FALSE(decode_json(std::string_view(text).substr(0, size)));
    }
    for (int i = 0; i < rounds * 5; ++i) {
        std::string damaged = text;
        damaged[random.below(damaged.size())] =
            static_cast<char>(static_cast<unsigned char>(random.below(256)));
        const auto event = decode_json(damaged);
        if (!event) continue;
        ASSERT_EQ(*decode_json(*encode_json(*event)), *event) << damaged;
    }
}

}  // namespace
}  // namespace sluice
