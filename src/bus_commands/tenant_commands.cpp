// SLUICE.TENANT.

#include "bus_commands/argument_reader.hpp"
#include "bus_commands/bus_handlers.hpp"
#include "bus_commands/tenant_bus.hpp"
#include "event/stream_name.hpp"
#include "server/number_argument.hpp"
#include "server/server.hpp"

namespace sluice {

namespace {

constexpr std::string_view withstreams = "withstreams";

void refuse(CommandContext& context, std::string_view sentence) {
    context.reply.error("ERR " + std::string(sentence));
}

// The settings with what arguments 3 and on change; nothing when an error has been replied.
std::optional<TenantSettings> changed(CommandContext& context, TenantSettings settings) {
    const Request& request = context.request;
    for (std::size_t at = 3; at < request.size(); at += 2) {
        if (at + 1 == request.size()) {
            refuse(context, "settings of a tenant: must each have a value");
            return std::nullopt;
        }
        const auto set = settings.set(request[at], request[at + 1]);
        if (!set) {
            refuse(context, set.error().message);
            return std::nullopt;
        }
    }
    return settings;
}

std::string lower_case(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

void write_number(ReplyWriter& reply, std::string_view name, std::uint64_t number) {
    reply.bulk(name);
    reply.integer(static_cast<std::int64_t>(number));
}

}  // namespace

void run_tenant_create(CommandContext& context) {
    const std::string_view name = context.request[2];
    if (const auto checked = check_name("tenant", name); !checked) {
        return refuse(context, checked.error().message);
    }
    Tenants& tenants = tenant_bus(context).tenants;
    if (tenants.find(context.engine, name) != nullptr) {
        return refuse(context, "tenant: is there already; change it with SLUICE.TENANT SET");
    }
    const auto settings = changed(context, {});
    if (!settings) return;
    tenants.create(context.engine, name, *settings);
    context.reply.ok();
}

void run_tenant_set(CommandContext& context) {
    Tenant* const tenant = tenant_bus(context).find_tenant(context, context.request[2]);
    if (tenant == nullptr) return;
    const auto settings = changed(context, tenant->settings);
    if (!settings) return;
    tenant_bus(context).tenants.set(context.engine, *tenant, *settings);
    // What held it back may be gone.
    tenant_bus(context).schedules.turns.release_tenant(tenant->name);
    context.reply.ok();
}

void run_tenant_show(CommandContext& context) {
    TenantBus& bus = tenant_bus(context);
    const Tenant* const tenant = bus.find_tenant(context, context.request[2]);
    if (tenant == nullptr) return;
    const TenantUse use = bus.use_of(*tenant);
    const auto values = tenant->settings.values();
    context.reply.map(values.size() + 6);
    context.reply.bulk("name");
    context.reply.bulk(tenant->name);
    write_number(context.reply, "number", tenant->number);
    for (const Field& value : values) {
        context.reply.bulk(lower_case(value.name));
        const auto number = parse_integer(value.value);
        number ? context.reply.integer(*number) : context.reply.bulk(value.value);
    }
    write_number(context.reply, "used-streams", use.streams);
    write_number(context.reply, "used-stored-bytes", use.bytes);
    write_number(context.reply, "used-stored-events", use.events);
    write_number(context.reply, "used-schedules", bus.schedules.count(tenant->name));
}

void run_tenant_list(CommandContext& context) {
    const auto options = parse_list_options(context, 2);
    if (!options) return;
    TenantBus& bus = tenant_bus(context);
    const auto& all = bus.tenants.all();
    std::vector<std::string> names;
    for (auto at = all.upper_bound(options->after);
         at != all.end() && names.size() < options->count; ++at) {
        names.push_back(at->first);
    }
    context.reply.array(names.size());
    for (const std::string& name : names) {
        const Tenant& tenant = *bus.tenants.find(context.engine, name);
        const TenantUse use = bus.use_of(tenant);
        context.reply.array(6);
        context.reply.bulk(tenant.name);
        for (const std::uint64_t number :
             {tenant.number, tenant.settings.weight, use.streams, use.bytes, use.events}) {
            context.reply.integer(static_cast<std::int64_t>(number));
        }
    }
}

void run_tenant_drop(CommandContext& context) {
    const Request& request = context.request;
    const bool takes_streams = request.size() == 4 && is_word(request[3], withstreams);
    if (request.size() > 3 && !takes_streams) {
        return refuse(context, "options: must be WITHSTREAMS or nothing");
    }
    TenantBus& bus = tenant_bus(context);
    const Tenant* const tenant = bus.find_tenant(context, request[2]);
    if (tenant == nullptr) return;
    if (tenant->name == default_tenant) {
        return refuse(context, "tenant: must not be `default`, which is always there");
    }
    const auto keys = bus.streams.keys_of(tenant->name);
    if (!keys.empty() && !takes_streams) {
        return refuse(context, "tenant: still has streams (" + std::to_string(keys.size()) +
                                   "); delete them, or say WITHSTREAMS");
    }
    for (const std::string& name : keys) {
        if (Key* const key = context.engine.find(streams_keyspace, name)) {
            context.engine.remove(*key);
        }
    }
    bus.schedules.drop_all(context.engine, tenant->name);
    bus.tenants.drop(context.engine, std::string(tenant->name));
    context.reply.ok();
}

}  // namespace sluice
