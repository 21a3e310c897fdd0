// The tenants: who there is, and what an operator chose for each.
//
// Invariant  what is in memory is what the records say; `default` is there, with a record or
//            without
// Promise    a number is given once, also after its tenant was dropped
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "bus/tenant_settings.hpp"
#include "bus/token_bucket.hpp"
#include "engine/engine.hpp"

namespace sluice {

inline constexpr std::string_view default_tenant = "default";

// What a tenant has.
struct TenantUse {
    std::uint64_t streams = 0;
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
};

struct Tenant {
    std::string name;
    std::uint64_t number = 0;
    TenantSettings settings;

    // In memory only.
    TokenBucket published_events;
    TokenBucket published_bytes;
};

class Tenants {
  public:
    void load(Engine& engine);
    // Null when there is none; what is replied then depends on it.
    Tenant* find(Engine& engine, std::string_view name);
    const std::map<std::string, Tenant, std::less<>>& all() const { return tenants_; }

    // The name is free, and passed StreamAddress.
    Tenant& create(Engine& engine, std::string_view name, const TenantSettings& settings);
    void set(Engine& engine, Tenant& tenant, const TenantSettings& settings);
    // Not `default`.
    void drop(Engine& engine, std::string_view name);

  private:
    std::map<std::string, Tenant, std::less<>> tenants_;
};

}  // namespace sluice
