#ifndef STARLING_CMONGO_H
#define STARLING_CMONGO_H

// libmongoc as Swift sees it: documents are texts of Extended JSON, everything else is an opaque pointer.

#include <mongoc/mongoc.h>
#include <stdint.h>
#include <string.h>

enum { cmongo_message = 504 };

static inline int cmongo_fail(const bson_error_t *error, char *message) {
    strncpy(message, error->message, cmongo_message - 1);
    message[cmongo_message - 1] = 0;
    return 0;
}

static inline bson_t *cmongo_document(const char *text, char *message) {
    bson_error_t error;
    bson_t *document = bson_new_from_json((const uint8_t *)text, -1, &error);
    if (!document) cmongo_fail(&error, message);
    return document;
}

/// A client that gives a server `patience` milliseconds to answer, or NULL with a message. `database` takes 64 bytes.
static inline void *cmongo_open(const char *text, int patience, char *database, char *message) {
    bson_error_t error;
    mongoc_init();
    mongoc_uri_t *uri = mongoc_uri_new_with_error(text, &error);
    if (!uri) {
        cmongo_fail(&error, message);
        return NULL;
    }
    mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, patience);
    mongoc_uri_set_option_as_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, patience);
    mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SOCKETTIMEOUTMS, 10 * patience);
    const char *name = mongoc_uri_get_database(uri);
    strncpy(database, name ? name : "starling", 63);
    database[63] = 0;
    mongoc_client_t *client = mongoc_client_new_from_uri(uri);
    mongoc_uri_destroy(uri);
    if (!client) {
        strcpy(message, "no client can be made of it");
        return NULL;
    }
    mongoc_client_set_error_api(client, MONGOC_ERROR_API_VERSION_2);
    return client;
}

static inline void cmongo_close(void *client) { mongoc_client_destroy((mongoc_client_t *)client); }

/// libmongoc writes warnings to standard error unless it is told where else.
static inline void cmongo_silence(void) { mongoc_log_set_handler(NULL, NULL); }

static inline int cmongo_command(void *client, const char *database, const char *text, char *message) {
    bson_error_t error;
    bson_t *command = cmongo_document(text, message);
    if (!command) return 0;
    int done = mongoc_client_command_simple((mongoc_client_t *)client, database, command, NULL, NULL, &error);
    bson_destroy(command);
    return done ? 1 : cmongo_fail(&error, message);
}

/// An ordered bulk of changes of one collection.
static inline void *cmongo_bulk(void *client, const char *database, const char *collection) {
    mongoc_collection_t *place = mongoc_client_get_collection((mongoc_client_t *)client, database, collection);
    mongoc_bulk_operation_t *bulk = mongoc_collection_create_bulk_operation_with_opts(place, NULL);
    mongoc_collection_destroy(place);
    return bulk;
}

/// Puts a document in the place of the one that the filter finds, or beside all others.
static inline int cmongo_bulk_put(void *bulk, const char *filter, const char *text, char *message) {
    bson_error_t error;
    bson_t *selector = cmongo_document(filter, message);
    bson_t *document = selector ? cmongo_document(text, message) : NULL;
    bson_t *options = document ? cmongo_document("{\"upsert\":true}", message) : NULL;
    int done = 0;
    if (options) {
        done = mongoc_bulk_operation_replace_one_with_opts((mongoc_bulk_operation_t *)bulk, selector, document, options, &error);
        if (!done) cmongo_fail(&error, message);
    }
    bson_destroy(selector);
    bson_destroy(document);
    bson_destroy(options);
    return done;
}

static inline int cmongo_bulk_change(void *bulk, const char *filter, const char *text, char *message) {
    bson_error_t error;
    bson_t *selector = cmongo_document(filter, message);
    bson_t *document = selector ? cmongo_document(text, message) : NULL;
    int done = 0;
    if (document) {
        done = mongoc_bulk_operation_update_one_with_opts((mongoc_bulk_operation_t *)bulk, selector, document, NULL, &error);
        if (!done) cmongo_fail(&error, message);
    }
    bson_destroy(selector);
    bson_destroy(document);
    return done;
}

/// Carries a bulk out, and ends it in any case.
static inline int cmongo_bulk_end(void *bulk, int runs, char *message) {
    bson_error_t error;
    bson_t reply;
    int done = 1;
    if (runs) {
        done = mongoc_bulk_operation_execute((mongoc_bulk_operation_t *)bulk, &reply, &error) != 0;
        bson_destroy(&reply);
        if (!done) cmongo_fail(&error, message);
    }
    mongoc_bulk_operation_destroy((mongoc_bulk_operation_t *)bulk);
    return done;
}

static inline void *cmongo_find(void *client, const char *database, const char *collection, const char *filter,
                                const char *options, char *message) {
    bson_t *selector = cmongo_document(filter, message);
    bson_t *how = selector ? cmongo_document(options, message) : NULL;
    void *cursor = NULL;
    if (how) {
        mongoc_collection_t *place = mongoc_client_get_collection((mongoc_client_t *)client, database, collection);
        cursor = mongoc_collection_find_with_opts(place, selector, how, NULL);
        mongoc_collection_destroy(place);
    }
    bson_destroy(selector);
    bson_destroy(how);
    return cursor;
}

/// The next document, to be given to `cmongo_free`; NULL at the end, or with a message that is not empty.
static inline char *cmongo_next(void *cursor, char *message) {
    const bson_t *document;
    bson_error_t error;
    if (mongoc_cursor_next((mongoc_cursor_t *)cursor, &document)) return bson_as_canonical_extended_json(document, NULL);
    if (mongoc_cursor_error((mongoc_cursor_t *)cursor, &error)) cmongo_fail(&error, message);
    return NULL;
}

static inline void cmongo_free(char *text) { bson_free(text); }
static inline void cmongo_end(void *cursor) { mongoc_cursor_destroy((mongoc_cursor_t *)cursor); }

/// How many were taken out; below zero with a message.
static inline int64_t cmongo_remove(void *client, const char *database, const char *collection, const char *filter, char *message) {
    bson_error_t error;
    bson_t reply;
    bson_iter_t iterator;
    int64_t count = -1;
    bson_t *selector = cmongo_document(filter, message);
    if (!selector) return -1;
    mongoc_collection_t *place = mongoc_client_get_collection((mongoc_client_t *)client, database, collection);
    if (mongoc_collection_delete_many(place, selector, NULL, &reply, &error)) {
        count = bson_iter_init_find(&iterator, &reply, "deletedCount") ? bson_iter_as_int64(&iterator) : 0;
    } else {
        cmongo_fail(&error, message);
    }
    bson_destroy(&reply);
    bson_destroy(selector);
    mongoc_collection_destroy(place);
    return count;
}

#endif
