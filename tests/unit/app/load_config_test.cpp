#include "app/load_config.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

namespace sluice {
namespace {

class LoadConfigTest : public testing::Test {
  protected:
    LoadConfigTest() {
        std::string pattern = testing::TempDir() + "load_config_XXXXXX";
        folder = mkdtemp(pattern.data());
    }
    ~LoadConfigTest() override { std::filesystem::remove_all(folder); }

    std::string write(std::string_view text) const {
        const std::string path = folder + "/sluice.toml";
        std::ofstream(path) << text;
        return path;
    }
    std::string refusal(const ConfigSources& sources) const {
        const auto loaded = load_config(sources);
        return loaded.has_value() ? "" : loaded.error().message;
    }
    std::string file_refusal(std::string_view text) const {
        return refusal({.file = write(text), .environment = {}, .flags = {}});
    }

    std::string folder;
};

TEST_F(LoadConfigTest, lets_flags_win_over_the_environment_and_that_over_the_file) {
    ConfigSources sources{
        .file = write("clients_max = 1\nidle_timeout = \"1s\"\n"
                      "segment_bytes = \"2MiB\"\n"),
        .environment = {{"SLUICE_CLIENTS_MAX", "2"}, {"SLUICE_IDLE_TIMEOUT", "2s"}},
        .flags = {{"clients_max", "3"}}};
    const auto loaded = load_config(sources);
    ASSERT_TRUE(loaded.has_value());
    EXPECT_EQ(loaded->config.clients_max, 3u);
    EXPECT_EQ(loaded->config.idle_timeout, Duration::from_seconds(2));
    EXPECT_EQ(loaded->config.segment_bytes, 2u << 20);
}

TEST_F(LoadConfigTest, names_the_nearest_key_for_one_that_is_unknown) {
    const std::string refused = file_refusal("durabilty = \"os\"\n");
    EXPECT_NE(refused.find("unknown key 'durabilty'"), std::string::npos) << refused;
    EXPECT_NE(refused.find("did you mean durability?"), std::string::npos) << refused;
    EXPECT_NE(file_refusal("[resp]\nport = 1\n"), "");
    EXPECT_NE(file_refusal("[engine]\nx = 1\n").find("unknown key 'engine'"), std::string::npos);
}

TEST_F(LoadConfigTest, refuses_files_that_are_not_what_they_should_be) {
    EXPECT_NE(file_refusal("durability = \n").find("line 1 column"), std::string::npos);
    EXPECT_NE(file_refusal("clients_max = 1.5\n").find("must be a text"), std::string::npos);
    EXPECT_NE(file_refusal("clients_max = [1]\n").find("must be a text"), std::string::npos);
    EXPECT_NE(file_refusal("clients_max = 0\n").find("clients_max cannot be '0'"),
              std::string::npos);
    EXPECT_NE(file_refusal(std::string(2 << 20, '#')).find("larger than 1048576"),
              std::string::npos);
    EXPECT_NE(
        refusal({.file = folder + "/missing", .environment = {}, .flags = {}}).find("No such file"),
        std::string::npos);
    EXPECT_NE(refusal({.file = folder, .environment = {}, .flags = {}}), "");
}

TEST_F(LoadConfigTest, only_warns_of_unknown_variables_but_refuses_wrong_values) {
    const auto loaded = load_config(
        {.file = "", .environment = {{"SLUICE_PORT", "tcp://10.0.0.1:7370"}}, .flags = {}});
    ASSERT_TRUE(loaded.has_value());
    ASSERT_EQ(loaded->warnings.size(), 1u);
    EXPECT_NE(loaded->warnings[0].find("SLUICE_PORT"), std::string::npos);
    EXPECT_NE(refusal({.file = "", .environment = {{"SLUICE_DURABILITY", "x"}}, .flags = {}}), "");
}

TEST_F(LoadConfigTest, reads_a_secret_from_the_file_that_a_variable_names) {
    const std::string path = write("correct horse\nignored\n");
    const auto loaded =
        load_config({.file = "", .environment = {{"SLUICE_PASSWORD_FILE", path}}, .flags = {}});
    ASSERT_TRUE(loaded.has_value());
    EXPECT_EQ(loaded->config.password, "correct horse");
    EXPECT_EQ(print_config(loaded->config).find("horse"), std::string::npos);
    EXPECT_NE(refusal({.file = "",
                       .environment = {{"SLUICE_PASSWORD_FILE", folder + "/missing"}},
                       .flags = {}}),
              "");
}

// It was taken for the wish to have none.
TEST_F(LoadConfigTest, a_secret_that_is_empty_is_a_mistake) {
    const std::string none = "password is empty; leave it out";
    EXPECT_NE(refusal({.file = "", .environment = {}, .flags = {{"password", ""}}}).find(none),
              std::string::npos);
    EXPECT_NE(
        refusal({.file = "", .environment = {{"SLUICE_PASSWORD", ""}}, .flags = {}}).find(none),
        std::string::npos);
    EXPECT_NE(file_refusal("password = ''\n").find(none), std::string::npos);
    EXPECT_NE(refusal({.file = "",
                       .environment = {{"SLUICE_PASSWORD_FILE", write("\nsecond line\n")}},
                       .flags = {}})
                  .find("no secret"),
              std::string::npos);
    EXPECT_NE(refusal({.file = "", .environment = {{"SLUICE_PASSWORD_FILE", folder}}, .flags = {}})
                  .find("Is a directory"),
              std::string::npos);
}

TEST_F(LoadConfigTest, listens_beyond_this_machine_only_when_that_is_safe_or_said) {
    using Flags = std::vector<std::pair<std::string, std::string>>;
    const auto refused = [&](const Flags& flags) {
        return refusal({.file = "", .environment = {}, .flags = flags});
    };
    EXPECT_NE(refused({{"resp", "0.0.0.0:1"}}).find("without a password"), std::string::npos);
    EXPECT_NE(refused({{"http", "0.0.0.0:1"}}).find("without a password"), std::string::npos);
    EXPECT_EQ(refused({{"resp", "0.0.0.0:1"}, {"password", "x"}}), "");
    EXPECT_EQ(refused({{"resp", "0.0.0.0:1"}, {"open_without_password", "true"}}), "");
    EXPECT_EQ(refused({{"resp", "unix:/tmp/s"}}), "");
    const Flags tls{{"resp_tls", "0.0.0.0:1"}, {"tls_cert", "c"}, {"tls_key", "k"}};
    EXPECT_NE(refused(tls), "");
    Flags mutual = tls;
    mutual.emplace_back("tls_client_ca", "a");
    EXPECT_EQ(refused(mutual), "");
    mutual.emplace_back("resp", "0.0.0.0:2");
    EXPECT_NE(refused(mutual), "");
}

TEST_F(LoadConfigTest, refuses_settings_that_contradict_each_other) {
    // It started, in plain text.
    for (const char* key : {"tls_cert", "tls_key", "tls_client_ca"}) {
        const std::string sentence =
            refusal({.file = "", .environment = {}, .flags = {{key, "c"}}});
        EXPECT_NE(sentence.find("nothing is encrypted"), std::string::npos) << key;
    }
    EXPECT_NE(file_refusal("tls_cert = 3\n").find("need resp_tls"), std::string::npos);
    EXPECT_NE(file_refusal("resp_tls = \"127.0.0.1:1\"\n").find("tls_cert"), std::string::npos);
    EXPECT_NE(file_refusal("http = \"unix:/tmp/s\"\n"), "");
    EXPECT_NE(file_refusal("resp_unix = \"127.0.0.1:1\"\n"), "");
    EXPECT_NE(file_refusal("request_bytes_max = \"1MiB\"\n"), "");
    EXPECT_NE(file_refusal("flush_interval = \"6s\"\n"), "");
}

TEST_F(LoadConfigTest, prints_a_file_that_reads_back_as_the_same_configuration) {
    ServeConfig config;
    config.data = "/var/lib/a \"quoted\" folder";
    config.resp_unix = *Address::parse("unix:/tmp/s");
    config.log_format = LogFormat::json;
    const std::string printed = print_config(config);
    const auto loaded = load_config({.file = write(printed), .environment = {}, .flags = {}});
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    EXPECT_EQ(print_config(loaded->config), printed);
}

}  // namespace
}  // namespace sluice
