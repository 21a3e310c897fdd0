#include "bus/tenant_settings.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(TenantSettings, are_read_back_as_they_were_written) {
    TenantSettings settings;
    settings.weight = 7;
    settings.streams_max = 1;
    settings.stored_bytes_max = 2;
    settings.stored_events_max = 3;
    settings.in_flight_max = 4;
    settings.event_rate = {5, 6};
    settings.byte_rate = {7, TenantSettings::count_max};
    settings.event_bytes_max = TenantSettings::event_bytes_least;
    settings.schedules_max = 0;
    settings.attribution = Attribution::optional;
    TenantSettings read;
    for (const Field& value : settings.values())
        EXPECT_TRUE(read.set(value.name, value.value).has_value()) << value.name;
    EXPECT_EQ(read, settings);
}

TEST(TenantSettings, take_names_in_any_case) {
    TenantSettings settings;
    EXPECT_TRUE(settings.set("weight", "2").has_value());
    EXPECT_TRUE(settings.set("Attribution", "Optional").has_value());
    EXPECT_EQ(settings.weight, 2U);
    EXPECT_EQ(settings.attribution, Attribution::optional);
}

TEST(TenantSettings, refuse_what_is_out_of_bounds_and_say_what_is_allowed) {
    struct Case {
        std::string_view name;
        std::string_view value;
        std::string_view message;
    };
    const Case cases[] = {
        {"WEIGHT", "0", "WEIGHT: must be a number from 1 to 1000"},
        {"WEIGHT", "1001", "WEIGHT: must be a number from 1 to 1000"},
        {"WEIGHT", "", "WEIGHT: must be a number from 1 to 1000"},
        {"WEIGHT", "1.5", "WEIGHT: must be a number from 1 to 1000"},
        {"STREAMS", "-1", "STREAMS: must be a number from 0 to 1000000000000"},
        {"BYTERATE", "1000000000001", "BYTERATE: must be a number from 0 to 1000000000000"},
        {"BYTERATE", "99999999999999999999", "BYTERATE: must be a number from 0 to 1000000000000"},
        {"EVENTBYTES", "1023", "EVENTBYTES: must be a number from 1024 to 8388608"},
        {"EVENTBYTES", "8388609", "EVENTBYTES: must be a number from 1024 to 8388608"},
        {"ATTRIBUTION", "some", "ATTRIBUTION: must be required or optional"},
    };
    for (const Case& each : cases) {
        SCOPED_TRACE(std::string(each.name) + "=" + std::string(each.value));
        TenantSettings settings;
        const auto set = settings.set(each.name, each.value);
        ASSERT_FALSE(set.has_value());
        EXPECT_EQ(set.error().code, Errc::invalid);
        EXPECT_EQ(set.error().message, each.message);
        EXPECT_EQ(settings, TenantSettings());
    }
}

TEST(TenantSettings, name_the_settings_that_there_are) {
    TenantSettings settings;
    const auto set = settings.set("COLOUR", "red");
    ASSERT_FALSE(set.has_value());
    EXPECT_NE(set.error().message.find("WEIGHT, STREAMS"), std::string::npos);
    EXPECT_EQ(set.error().message.find("COLOUR"), std::string::npos);
}

}  // namespace
}  // namespace sluice
