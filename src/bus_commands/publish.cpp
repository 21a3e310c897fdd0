// SLUICE.PUBLISH and SLUICE.PUBLISHALL.

#include "bus_commands/bus_handlers.hpp"
#include "bus_commands/publish_arguments.hpp"
#include "bus_commands/publisher.hpp"

namespace sluice {

namespace {

std::string_view word_of(Published::As as) {
    switch (as) {
        case Published::As::fresh:
            return "NEW";
        case Published::As::duplicate:
            return "DUPLICATE";
        case Published::As::scheduled:
            return "SCHEDULED";
    }
    return "NEW";
}

void write_published(ReplyWriter& reply, const Published& published) {
    reply.array(3);
    published.id ? reply.entry_id(*published.id) : reply.null();
    published.event_id ? reply.bulk(*published.event_id) : reply.null();
    reply.bulk(word_of(published.as));
}

Result<Publication> prepare_now(CommandContext& context, const Tenant& tenant,
                                const PublishRequest& request) {
    return prepare(tenant, request,
                   {tenant_bus(context).next_event_id(context), context.engine.wall()});
}

// Nothing, with the error of the first that is wrong replied.
std::optional<std::vector<Publication>> prepare_all(CommandContext& context, const Tenant& tenant,
                                                    std::span<const PublishRequest> requests) {
    std::vector<Publication> publications;
    std::uint64_t bytes = 0;
    for (const PublishRequest& request : requests) {
        auto publication = prepare_now(context, tenant, request);
        const std::string place = "event " + std::to_string(publications.size() + 1);
        if (!publication) {
            context.reply.error("ERR " + publication.error().within(place).message);
            return std::nullopt;
        }
        bytes += publication->bytes;
        if (bytes > publish_bytes_max) {
            context.reply.error("ERR " + place + ": at most 33554432 bytes in one command");
            return std::nullopt;
        }
        publications.push_back(std::move(*publication));
    }
    return publications;
}

}  // namespace

void run_publish(CommandContext& context) {
    Tenant* const tenant = tenant_bus(context).find_tenant(context, context.request[1]);
    if (tenant == nullptr) return;
    const auto request = parse_publish(context);
    if (!request) return;
    const auto publication = prepare_now(context, *tenant, *request);
    if (!publication) return context.reply.error("ERR " + publication.error().message);
    Publisher publisher(context, tenant_bus(context), *tenant);
    if (!publisher.admit({&*publication, 1})) return;
    write_published(context.reply, publisher.publish(*publication));
}

void run_publish_all(CommandContext& context) {
    Tenant* const tenant = tenant_bus(context).find_tenant(context, context.request[1]);
    if (tenant == nullptr) return;
    const auto requests = parse_publish_all(context);
    if (!requests) return;
    const auto publications = prepare_all(context, *tenant, *requests);
    if (!publications) return;
    Publisher publisher(context, tenant_bus(context), *tenant);
    if (!publisher.admit(*publications)) return;
    context.reply.array(publications->size());
    for (const Publication& publication : *publications)
        write_published(context.reply, publisher.publish(publication));
}

}  // namespace sluice
