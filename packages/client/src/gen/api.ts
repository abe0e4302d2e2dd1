// Made from the OpenAPI document by npm run docs.

export interface paths {
    "/v1/answers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List answers, newest first */
        get: operations["listAnswers"];
        put?: never;
        /**
         * Ask about an image
         * @description As a multipart file, as JSON with a URL or base64, or as the image itself with everything else in the query.
         */
        post: operations["createAnswer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/answers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read an answer, now or when it has ended */
        get: operations["getAnswer"];
        /**
         * Ask about an image, under an id of your own
         * @description The id is `ans_` and a ULID that you made. Repeating the request creates nothing.
         */
        put: operations["putAnswer"];
        post?: never;
        /**
         * Delete an answer
         * @description In any state. One that has not ended is canceled first. Its image, result, metadata, idempotency key and webhook deliveries go too; a webhook that was not sent yet is not sent.
         */
        delete: operations["deleteAnswer"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/answers/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel an answer */
        post: operations["cancelAnswer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/answers/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** See what became of the webhook about one answer */
        get: operations["listAnswerDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/answers/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch an answer
         * @description Server-sent events: one for every change, each with the whole answer. Ends when it has.
         */
        get: operations["watchAnswer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/answers/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try an answer again that did not succeed, as a new one */
        post: operations["retryAnswer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List batches, newest first, without their items */
        get: operations["listBatches"];
        put?: never;
        /**
         * Submit up to 10,000 captions, answers and matches
         * @description With `question` or `questions` an item is an answer, with `texts` a match, else a caption. Items that cannot be taken are listed with their errors; the others are queued. Images that are named by URL are fetched after the answer. The answer has all items.
         */
        post: operations["createBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a batch with its counts, now or when it has completed
         * @description With its items, if these are 100 at most.
         */
        get: operations["getBatch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel everything in a batch that has not ended
         * @description Running items will end as canceled. A batch that is still being submitted takes no more items.
         */
        post: operations["cancelBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch a batch
         * @description Server-sent events: the batch when it changes, twice a second at most. Ends when it has completed.
         */
        get: operations["watchBatch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{id}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the results of a batch as its items end
         * @description NDJSON: a line for each item that has ended or was refused, in that order, until the batch has completed. With `Prefer: wait=N` the stream ends after N seconds; with `cursor` it goes on behind a line that was read.
         */
        get: operations["listBatchResults"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/captions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List captions, newest first */
        get: operations["listCaptions"];
        put?: never;
        /**
         * Submit an image
         * @description As a multipart file, as JSON with a URL or base64, or as the image itself with everything else in the query.
         */
        post: operations["createCaption"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/captions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a caption, now or when it has ended */
        get: operations["getCaption"];
        /**
         * Submit an image, under an id of your own
         * @description The id is `cap_` and a ULID that you made. Repeating the request creates nothing.
         */
        put: operations["putCaption"];
        post?: never;
        /**
         * Delete a caption
         * @description In any state. One that has not ended is canceled first. Its image, result, metadata, idempotency key and webhook deliveries go too; a webhook that was not sent yet is not sent.
         */
        delete: operations["deleteCaption"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/captions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a caption */
        post: operations["cancelCaption"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/captions/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** See what became of the webhook about one caption */
        get: operations["listCaptionDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/captions/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch a caption
         * @description Server-sent events: one for every change, each with the whole caption. Ends when it has.
         */
        get: operations["watchCaption"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/captions/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a caption again that did not succeed, as a new one */
        post: operations["retryCaption"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask about an image as OpenAI’s clients do
         * @description The conversation has one image. Its last text is a question where a model that answers is served; else the image is captioned.
         */
        post: operations["createChatCompletion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a short-lived token with which a browser watches events
         * @description EventSource cannot send an API key. With the token as `token` in the query, and no key, the events of the key’s work and batches can be watched, or of `subject` alone, and nothing else can be done.
         */
        post: operations["createEventToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/matches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List matches, newest first */
        get: operations["listMatches"];
        put?: never;
        /**
         * Compare texts with an image
         * @description As a multipart file, as JSON with a URL or base64, or as the image itself with everything else in the query.
         */
        post: operations["createMatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/matches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a match, now or when it has ended */
        get: operations["getMatch"];
        /**
         * Compare texts with an image, under an id of your own
         * @description The id is `mat_` and a ULID that you made. Repeating the request creates nothing.
         */
        put: operations["putMatch"];
        post?: never;
        /**
         * Delete a match
         * @description In any state. One that has not ended is canceled first. Its image, result, metadata, idempotency key and webhook deliveries go too; a webhook that was not sent yet is not sent.
         */
        delete: operations["deleteMatch"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/matches/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a match */
        post: operations["cancelMatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/matches/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** See what became of the webhook about one match */
        get: operations["listMatchDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/matches/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch a match
         * @description Server-sent events: one for every change, each with the whole match. Ends when it has.
         */
        get: operations["watchMatch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/matches/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a match again that did not succeed, as a new one */
        post: operations["retryMatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the models, the newest first */
        get: operations["listModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a model */
        get: operations["getModel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhook deliveries, newest first
         * @description Deliveries are kept for seven days after their last attempt.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a delivery with its attempts */
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-deliveries/{id}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a webhook again, under the same id
         * @description In any state, and also to a disabled endpoint; a success enables it again.
         */
        post: operations["redeliver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the secret that signs your webhooks
         * @description With an API key only: each has its own, unless its operator gave it one by name.
         */
        get: operations["getWebhookSecret"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a signed ping to a URL and see its receiver’s reaction
         * @description A notifier sends it once, signed with your secret, under the rules for webhook URLs. The answer is 200 with the receiver’s reaction, whichever it is.
         */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "answer.canceled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * answer.canceled
         * @description Posted, signed, to the URL that was named with the request, until it is answered with 2xx.
         */
        post: operations["onAnswerCanceled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "answer.expired": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * answer.expired
         * @description Posted, signed, to the URL that was named with the request, until it is answered with 2xx.
         */
        post: operations["onAnswerExpired"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "answer.failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * answer.failed
         * @description Posted, signed, to the URL that was named with the request, until it is answered with 2xx.
         */
        post: operations["onAnswerFailed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "answer.succeeded": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * answer.succeeded
         * @description Posted, signed, to the URL that was named with the request, until it is answered with 2xx.
         */
        post: operations["onAnswerSucceeded"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "batch.completed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * batch.completed
         * @description Posted, signed, to the URL that was named with the request, until it is answered with 2xx.
         */
        post: operations["onBatchCompleted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "caption.canceled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * caption.canceled
         * @description Posted, signed, to the URL that was named with the request, until it is answered with 2xx.
         */
        post: operations["onCaptionCanceled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "caption.expired": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * caption.expired
         * @description Posted, signed, to the URL that was named with the request, until it is answered with 2xx.
         */
        post: operations["onCaptionExpired"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "caption.failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * caption.failed
         * @description Posted, signed, to the URL that was named with the request, until it is answered with 2xx.
         */
        post: operations["onCaptionFailed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "caption.succeeded": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * caption.succeeded
         * @description Posted, signed, to the URL that was named with the request, until it is answered with 2xx.
         */
        post: operations["onCaptionSucceeded"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "match.canceled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * match.canceled
         * @description Posted, signed, to the URL that was named with the request, until it is answered with 2xx.
         */
        post: operations["onMatchCanceled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "match.expired": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * match.expired
         * @description Posted, signed, to the URL that was named with the request, until it is answered with 2xx.
         */
        post: operations["onMatchExpired"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "match.failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * match.failed
         * @description Posted, signed, to the URL that was named with the request, until it is answered with 2xx.
         */
        post: operations["onMatchFailed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "match.succeeded": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * match.succeeded
         * @description Posted, signed, to the URL that was named with the request, until it is answered with 2xx.
         */
        post: operations["onMatchSucceeded"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    ping: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * ping
         * @description Posted, signed, to the URL that was named with the request, until it is answered with 2xx.
         */
        post: operations["onPing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        Answer: {
            answers: {
                /** @default null */
                confidence: number | null;
                /** @default false */
                low_confidence: boolean;
                question: string;
                score: number;
                text: string;
                tokens: {
                    id: number;
                    logprob: number;
                    text?: string;
                }[];
            }[] | null;
            attempt: number;
            batch_id: string | null;
            cached: boolean;
            cancel_requested: boolean;
            /** Format: date-time */
            created_at: string;
            deadline_at: string | null;
            error: {
                /** @enum {string} */
                code: "malformed_json" | "malformed_multipart" | "missing_image" | "bad_idempotency_key" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "upload_too_slow" | "idempotency_in_progress" | "already_terminal" | "not_terminal" | "result_expired" | "image_too_large" | "batch_too_large" | "unsupported_media_type" | "invalid_params" | "unknown_model" | "match_unavailable" | "image_corrupt" | "image_dimensions" | "image_too_costly" | "duplicate_key" | "url_blocked" | "idempotency_key_reused" | "rate_limited" | "tenant_queue_full" | "internal_error" | "queue_full" | "queue_unavailable" | "notifier_unavailable" | "model_unavailable" | "shutting_down" | "fetch_failed" | "fetch_timeout" | "input_expired" | "inference_error" | "out_of_memory" | "worker_lost" | "timeout";
                detail: string;
                retryable: boolean;
            } | null;
            /** Format: date-time */
            expires_at: string;
            finished_at: string | null;
            id: string;
            image: {
                bytes: number;
                format: string;
                height: number;
                sha256: string;
                /** @constant */
                truncated?: true;
                width: number;
            } | null;
            links: {
                batch: string | null;
                cancel: string;
                events: string;
                retry: string;
                self: string;
            };
            metadata: {
                [key: string]: string;
            };
            model: string;
            /** @default null */
            model_note: string | null;
            /** @constant */
            object: "answer";
            params: components["schemas"]["CaptionParams"];
            /** @default null */
            precision: string | null;
            questions: string[];
            retry_of: string | null;
            revision: string;
            started_at: string | null;
            /** @enum {string} */
            state: "queued" | "processing" | "succeeded" | "failed" | "canceled" | "expired";
            timings: {
                batch_size: number;
                decode_ms: number;
                device: string;
                encode_ms: number;
                inference_ms: number;
                preprocess_ms: number | null;
                queue_ms: number;
                total_ms: number;
            } | null;
            version: number;
        };
        AnswerItem: {
            image: components["schemas"]["ImageInput"];
            /** @description A name of your own, which no other item of the batch has; given back with the result. */
            key?: string;
            /**
             * @description At most 16 names with texts, given back with the caption.
             * @example {
             *       "album": "summer"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
            /** @description A model of GET /v1/models. Default: the newest. */
            model?: string;
            params?: {
                /**
                 * @description Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between.
                 * @example [
                 *       "arafed",
                 *       "a picture of"
                 *     ]
                 */
                bad_words?: string[];
                /** @description Draws each token by its probability instead of taking the likeliest. Not with beams. */
                do_sample?: boolean;
                early_stopping?: boolean | "never";
                length_penalty?: number;
                /** @description Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
                max_chars?: number;
                max_new_tokens?: number;
                /** @description Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
                min_confidence?: number;
                min_new_tokens?: number;
                /** @description The text does not end before it has that many words. */
                min_words?: number;
                no_repeat_ngram_size?: number;
                num_beams?: number;
                repetition_penalty?: number;
                /** @description Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
                seed?: number;
                /** @description Divides the scores before each draw: above 1 varied, below 1 safe. */
                temperature?: number;
                /** @description Only this many of the likeliest tokens may be drawn; 0 for all. */
                top_k?: number;
                /** @description Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
                top_p?: number;
            };
            /**
             * @description A question about the image.
             * @example how many dogs are there?
             */
            question?: string;
            /** @description Several questions about one image. */
            questions?: string[];
            /** @description Seconds after which the caption expires unless a worker has started it. */
            timeout_s?: number;
            /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
            webhook?: {
                /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                /**
                 * @description The URL that receives signed events.
                 * @example https://example.com/hooks/blipq
                 */
                url: string;
            };
        };
        AnswerPage: {
            data: components["schemas"]["Answer"][];
            next_cursor: string | null;
            /** @constant */
            object: "list";
        };
        AnswerRequest: {
            image: components["schemas"]["ImageInput"];
            /**
             * @description At most 16 names with texts, given back with the caption.
             * @example {
             *       "album": "summer"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
            /** @description A model of GET /v1/models. Default: the newest. */
            model?: string;
            params?: {
                /**
                 * @description Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between.
                 * @example [
                 *       "arafed",
                 *       "a picture of"
                 *     ]
                 */
                bad_words?: string[];
                /** @description Draws each token by its probability instead of taking the likeliest. Not with beams. */
                do_sample?: boolean;
                early_stopping?: boolean | "never";
                length_penalty?: number;
                /** @description Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
                max_chars?: number;
                max_new_tokens?: number;
                /** @description Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
                min_confidence?: number;
                min_new_tokens?: number;
                /** @description The text does not end before it has that many words. */
                min_words?: number;
                no_repeat_ngram_size?: number;
                num_beams?: number;
                repetition_penalty?: number;
                /** @description Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
                seed?: number;
                /** @description Divides the scores before each draw: above 1 varied, below 1 safe. */
                temperature?: number;
                /** @description Only this many of the likeliest tokens may be drawn; 0 for all. */
                top_k?: number;
                /** @description Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
                top_p?: number;
            };
            /**
             * @description A question about the image.
             * @example how many dogs are there?
             */
            question?: string;
            /** @description Several questions about one image. */
            questions?: string[];
            /** @description Seconds after which the caption expires unless a worker has started it. */
            timeout_s?: number;
            /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
            webhook?: {
                /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                /**
                 * @description The URL that receives signed events.
                 * @example https://example.com/hooks/blipq
                 */
                url: string;
            };
        };
        AnswerWebhook: {
            data: components["schemas"]["Answer"];
            /** Format: date-time */
            timestamp: string;
            /** @enum {string} */
            type: "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired";
        };
        Batch: {
            counts: {
                [key: string]: number;
            };
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            finished_at: string | null;
            id: string;
            items: {
                error: {
                    /** @enum {string} */
                    code: "malformed_json" | "malformed_multipart" | "missing_image" | "bad_idempotency_key" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "upload_too_slow" | "idempotency_in_progress" | "already_terminal" | "not_terminal" | "result_expired" | "image_too_large" | "batch_too_large" | "unsupported_media_type" | "invalid_params" | "unknown_model" | "match_unavailable" | "image_corrupt" | "image_dimensions" | "image_too_costly" | "duplicate_key" | "url_blocked" | "idempotency_key_reused" | "rate_limited" | "tenant_queue_full" | "internal_error" | "queue_full" | "queue_unavailable" | "notifier_unavailable" | "model_unavailable" | "shutting_down" | "fetch_failed" | "fetch_timeout" | "input_expired" | "inference_error" | "out_of_memory" | "worker_lost" | "timeout";
                    detail: string;
                    errors?: {
                        field: string;
                        message: string;
                    }[];
                    retryable: boolean;
                } | null;
                id: (string) | null;
                index: number;
                key: string | null;
            }[] | null;
            links: {
                cancel: string;
                events: string;
                results: string;
                self: string;
            };
            metadata: {
                [key: string]: string;
            };
            /** @constant */
            object: "batch";
            refused: number;
            /** @enum {string} */
            state: "processing" | "completed";
            total: number;
            version: number;
        };
        BatchLine: {
            batch: {
                metadata?: {
                    [key: string]: string;
                };
                webhook?: {
                    /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                    events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                    /**
                     * @description The URL that receives signed events.
                     * @example https://example.com/hooks/blipq
                     */
                    url: string;
                };
            };
        } | components["schemas"]["CaptionItem"] | components["schemas"]["AnswerItem"] | components["schemas"]["MatchItem"];
        BatchPage: {
            data: components["schemas"]["BatchSummary"][];
            next_cursor: string | null;
            /** @constant */
            object: "list";
        };
        BatchRequest: {
            items: (components["schemas"]["CaptionItem"] | components["schemas"]["AnswerItem"] | components["schemas"]["MatchItem"])[];
            metadata?: {
                [key: string]: string;
            };
            webhook?: {
                /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                /**
                 * @description The URL that receives signed events.
                 * @example https://example.com/hooks/blipq
                 */
                url: string;
            };
        };
        BatchResult: {
            cursor: string;
            data: (components["schemas"]["Caption"] | components["schemas"]["Answer"] | components["schemas"]["Match"]) | null;
            error: {
                /** @enum {string} */
                code: "malformed_json" | "malformed_multipart" | "missing_image" | "bad_idempotency_key" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "upload_too_slow" | "idempotency_in_progress" | "already_terminal" | "not_terminal" | "result_expired" | "image_too_large" | "batch_too_large" | "unsupported_media_type" | "invalid_params" | "unknown_model" | "match_unavailable" | "image_corrupt" | "image_dimensions" | "image_too_costly" | "duplicate_key" | "url_blocked" | "idempotency_key_reused" | "rate_limited" | "tenant_queue_full" | "internal_error" | "queue_full" | "queue_unavailable" | "notifier_unavailable" | "model_unavailable" | "shutting_down" | "fetch_failed" | "fetch_timeout" | "input_expired" | "inference_error" | "out_of_memory" | "worker_lost" | "timeout";
                detail: string;
                errors?: {
                    field: string;
                    message: string;
                }[];
                retryable: boolean;
            } | null;
            id: (string) | null;
            index: number;
            key: string | null;
            /** @enum {string} */
            status: "succeeded" | "failed" | "canceled" | "expired" | "refused" | "deleted";
        };
        BatchSummary: {
            counts: {
                [key: string]: number;
            };
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            finished_at: string | null;
            id: string;
            links: {
                cancel: string;
                events: string;
                results: string;
                self: string;
            };
            metadata: {
                [key: string]: string;
            };
            /** @constant */
            object: "batch";
            refused: number;
            /** @enum {string} */
            state: "processing" | "completed";
            total: number;
            version: number;
        };
        BatchWebhook: {
            data: components["schemas"]["Batch"];
            /** Format: date-time */
            timestamp: string;
            /** @constant */
            type: "batch.completed";
        };
        Caption: {
            attempt: number;
            batch_id: string | null;
            cached: boolean;
            cancel_requested: boolean;
            caption: {
                /** @default null */
                alt: string | null;
                /** @default null */
                confidence: number | null;
                /** @default false */
                low_confidence: boolean;
                score: number;
                text: string;
                tokens: {
                    id: number;
                    logprob: number;
                    text?: string;
                }[];
            } | null;
            /** @default null */
            captions: {
                /** @default null */
                alt: string | null;
                /** @default null */
                confidence: number | null;
                /** @default false */
                low_confidence: boolean;
                score: number;
                text: string;
                tokens: {
                    id: number;
                    logprob: number;
                    text?: string;
                }[];
            }[] | null;
            /** Format: date-time */
            created_at: string;
            deadline_at: string | null;
            error: {
                /** @enum {string} */
                code: "malformed_json" | "malformed_multipart" | "missing_image" | "bad_idempotency_key" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "upload_too_slow" | "idempotency_in_progress" | "already_terminal" | "not_terminal" | "result_expired" | "image_too_large" | "batch_too_large" | "unsupported_media_type" | "invalid_params" | "unknown_model" | "match_unavailable" | "image_corrupt" | "image_dimensions" | "image_too_costly" | "duplicate_key" | "url_blocked" | "idempotency_key_reused" | "rate_limited" | "tenant_queue_full" | "internal_error" | "queue_full" | "queue_unavailable" | "notifier_unavailable" | "model_unavailable" | "shutting_down" | "fetch_failed" | "fetch_timeout" | "input_expired" | "inference_error" | "out_of_memory" | "worker_lost" | "timeout";
                detail: string;
                retryable: boolean;
            } | null;
            /** Format: date-time */
            expires_at: string;
            finished_at: string | null;
            id: string;
            image: {
                bytes: number;
                format: string;
                height: number;
                sha256: string;
                /** @constant */
                truncated?: true;
                width: number;
            } | null;
            links: {
                batch: string | null;
                cancel: string;
                events: string;
                retry: string;
                self: string;
            };
            match: {
                model: string;
                /** @default null */
                precision: string | null;
                probability: number;
                revision: string;
                similarity: number;
            } | null;
            metadata: {
                [key: string]: string;
            };
            model: string;
            /** @default null */
            model_note: string | null;
            /** @constant */
            object: "caption";
            params: components["schemas"]["CaptionParams"];
            /** @default null */
            precision: string | null;
            prompt: string | null;
            retry_of: string | null;
            revision: string;
            started_at: string | null;
            /** @enum {string} */
            state: "queued" | "processing" | "succeeded" | "failed" | "canceled" | "expired";
            timings: {
                batch_size: number;
                decode_ms: number;
                device: string;
                encode_ms: number;
                inference_ms: number;
                preprocess_ms: number | null;
                queue_ms: number;
                total_ms: number;
            } | null;
            version: number;
        };
        CaptionItem: {
            image: components["schemas"]["ImageInput"];
            /** @description A name of your own, which no other item of the batch has; given back with the result. */
            key?: string;
            /** @description Whether to say how well the caption fits the image, which takes a served model of image-text retrieval. */
            match?: boolean;
            /**
             * @description At most 16 names with texts, given back with the caption.
             * @example {
             *       "album": "summer"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
            /** @description A model of GET /v1/models. Default: the newest. */
            model?: string;
            params?: {
                /**
                 * @description Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between.
                 * @example [
                 *       "arafed",
                 *       "a picture of"
                 *     ]
                 */
                bad_words?: string[];
                /** @description Draws each token by its probability instead of taking the likeliest. Not with beams. */
                do_sample?: boolean;
                early_stopping?: boolean | "never";
                /**
                 * @description `alt` adds the caption as alternative text for the image: a sentence without "a picture of".
                 * @enum {string}
                 */
                format?: "text" | "alt";
                length_penalty?: number;
                /** @description Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
                max_chars?: number;
                max_new_tokens?: number;
                /** @description Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
                min_confidence?: number;
                min_new_tokens?: number;
                /** @description The text does not end before it has that many words. */
                min_words?: number;
                no_repeat_ngram_size?: number;
                num_beams?: number;
                /** @description How many captions to make, as samples or of the best beams; all are in `captions`, the best is `caption`. */
                num_return_sequences?: number;
                repetition_penalty?: number;
                /** @description Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
                seed?: number;
                /** @description Leaves the prompt out of the text. */
                suppress_prompt?: boolean;
                /** @description Divides the scores before each draw: above 1 varied, below 1 safe. */
                temperature?: number;
                /** @description Only this many of the likeliest tokens may be drawn; 0 for all. */
                top_k?: number;
                /** @description Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
                top_p?: number;
            };
            prompt?: string | null;
            /** @description Seconds after which the caption expires unless a worker has started it. */
            timeout_s?: number;
            /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
            webhook?: {
                /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                /**
                 * @description The URL that receives signed events.
                 * @example https://example.com/hooks/blipq
                 */
                url: string;
            };
        };
        CaptionPage: {
            data: components["schemas"]["Caption"][];
            next_cursor: string | null;
            /** @constant */
            object: "list";
        };
        CaptionParams: {
            /**
             * @description Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between.
             * @example [
             *       "arafed",
             *       "a picture of"
             *     ]
             */
            bad_words?: string[];
            /** @description Draws each token by its probability instead of taking the likeliest. Not with beams. */
            do_sample?: boolean;
            early_stopping: boolean | "never";
            /**
             * @description `alt` adds the caption as alternative text for the image: a sentence without "a picture of".
             * @enum {string}
             */
            format?: "text" | "alt";
            length_penalty: number;
            /** @description Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
            max_chars?: number;
            max_new_tokens: number;
            /** @description Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
            min_confidence?: number;
            min_new_tokens: number;
            /** @description The text does not end before it has that many words. */
            min_words?: number;
            no_repeat_ngram_size: number;
            num_beams: number;
            /** @description How many captions to make, as samples or of the best beams; all are in `captions`, the best is `caption`. */
            num_return_sequences?: number;
            repetition_penalty: number;
            /** @description Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
            seed?: number;
            /** @description Leaves the prompt out of the text. */
            suppress_prompt?: boolean;
            /** @description Divides the scores before each draw: above 1 varied, below 1 safe. */
            temperature?: number;
            /** @description Only this many of the likeliest tokens may be drawn; 0 for all. */
            top_k?: number;
            /** @description Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
            top_p?: number;
        };
        CaptionRequest: {
            image: components["schemas"]["ImageInput"];
            /** @description Whether to say how well the caption fits the image, which takes a served model of image-text retrieval. */
            match?: boolean;
            /**
             * @description At most 16 names with texts, given back with the caption.
             * @example {
             *       "album": "summer"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
            /** @description A model of GET /v1/models. Default: the newest. */
            model?: string;
            params?: {
                /**
                 * @description Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between.
                 * @example [
                 *       "arafed",
                 *       "a picture of"
                 *     ]
                 */
                bad_words?: string[];
                /** @description Draws each token by its probability instead of taking the likeliest. Not with beams. */
                do_sample?: boolean;
                early_stopping?: boolean | "never";
                /**
                 * @description `alt` adds the caption as alternative text for the image: a sentence without "a picture of".
                 * @enum {string}
                 */
                format?: "text" | "alt";
                length_penalty?: number;
                /** @description Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
                max_chars?: number;
                max_new_tokens?: number;
                /** @description Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
                min_confidence?: number;
                min_new_tokens?: number;
                /** @description The text does not end before it has that many words. */
                min_words?: number;
                no_repeat_ngram_size?: number;
                num_beams?: number;
                /** @description How many captions to make, as samples or of the best beams; all are in `captions`, the best is `caption`. */
                num_return_sequences?: number;
                repetition_penalty?: number;
                /** @description Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
                seed?: number;
                /** @description Leaves the prompt out of the text. */
                suppress_prompt?: boolean;
                /** @description Divides the scores before each draw: above 1 varied, below 1 safe. */
                temperature?: number;
                /** @description Only this many of the likeliest tokens may be drawn; 0 for all. */
                top_k?: number;
                /** @description Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
                top_p?: number;
            };
            prompt?: string | null;
            /** @description Seconds after which the caption expires unless a worker has started it. */
            timeout_s?: number;
            /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
            webhook?: {
                /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                /**
                 * @description The URL that receives signed events.
                 * @example https://example.com/hooks/blipq
                 */
                url: string;
            };
        };
        CaptionWebhook: {
            data: components["schemas"]["Caption"];
            /** Format: date-time */
            timestamp: string;
            /** @enum {string} */
            type: "caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired";
        };
        ChatCompletion: {
            choices: {
                /** @enum {string} */
                finish_reason: "stop" | "length";
                index: number;
                logprobs: null;
                message: {
                    content: string;
                    refusal: null;
                    /** @constant */
                    role: "assistant";
                };
            }[];
            created: number;
            id: string;
            model: string;
            /** @constant */
            object: "chat.completion";
            system_fingerprint: string;
            usage: {
                completion_tokens: number;
                prompt_tokens: number;
                total_tokens: number;
            };
        };
        ChatRequest: {
            max_completion_tokens?: number | null;
            max_tokens?: number | null;
            messages: {
                content?: (string | ({
                    text: string;
                    /** @constant */
                    type: "text";
                } | {
                    /** @description An https: URL, which the gateway fetches, or a data: URI. */
                    image_url: {
                        url: string;
                    } | string;
                    /** @constant */
                    type: "image_url";
                })[]) | null;
                /** @enum {string} */
                role: "system" | "developer" | "user" | "assistant" | "tool" | "function";
            }[];
            /**
             * @description A model of GET /v1/models, or `blipq`: the newest one that fits what is asked.
             * @example blipq
             */
            model: string;
            stream?: boolean | null;
            stream_options?: {
                include_usage?: boolean | null;
            } | null;
        };
        Delivery: {
            attempt: number;
            attempts: {
                /** Format: date-time */
                at: string;
                duration_ms: number;
                error: string | null;
                status: number | null;
            }[];
            /** Format: date-time */
            created_at: string;
            /** @enum {string} */
            event: "caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed";
            finished_at: string | null;
            id: string;
            links: {
                redeliver: string;
                self: string;
                subject: string;
            };
            next_attempt_at: string | null;
            /** @constant */
            object: "webhook_delivery";
            reason: ("attempts_exhausted" | "gone" | "endpoint_disabled") | null;
            /** @enum {string} */
            state: "pending" | "delivered" | "failed";
            subject: string;
            url: string;
        };
        DeliveryPage: {
            data: components["schemas"]["Delivery"][];
            next_cursor: string | null;
            /** @constant */
            object: "list";
        };
        EventToken: {
            /** @constant */
            object: "event_token";
            subject: (string) | null;
            token: string;
            ttl_s: number;
        };
        EventTokenRequest: {
            /** @description The only one whose events may be watched. Default: all of the key. */
            subject?: string;
            /** @description The token’s lifetime in seconds. Default: 300. */
            ttl_s?: number;
        };
        ImageInput: {
            /** @description An https: URL, which the gateway fetches, or a data: URI. */
            url: string;
        } | {
            base64: string;
        };
        Match: {
            attempt: number;
            batch_id: string | null;
            cached: boolean;
            cancel_requested: boolean;
            /** Format: date-time */
            created_at: string;
            deadline_at: string | null;
            error: {
                /** @enum {string} */
                code: "malformed_json" | "malformed_multipart" | "missing_image" | "bad_idempotency_key" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "upload_too_slow" | "idempotency_in_progress" | "already_terminal" | "not_terminal" | "result_expired" | "image_too_large" | "batch_too_large" | "unsupported_media_type" | "invalid_params" | "unknown_model" | "match_unavailable" | "image_corrupt" | "image_dimensions" | "image_too_costly" | "duplicate_key" | "url_blocked" | "idempotency_key_reused" | "rate_limited" | "tenant_queue_full" | "internal_error" | "queue_full" | "queue_unavailable" | "notifier_unavailable" | "model_unavailable" | "shutting_down" | "fetch_failed" | "fetch_timeout" | "input_expired" | "inference_error" | "out_of_memory" | "worker_lost" | "timeout";
                detail: string;
                retryable: boolean;
            } | null;
            /** Format: date-time */
            expires_at: string;
            finished_at: string | null;
            id: string;
            image: {
                bytes: number;
                format: string;
                height: number;
                sha256: string;
                /** @constant */
                truncated?: true;
                width: number;
            } | null;
            links: {
                batch: string | null;
                cancel: string;
                events: string;
                retry: string;
                self: string;
            };
            matches: {
                probability: number;
                similarity: number;
                text: string;
            }[] | null;
            metadata: {
                [key: string]: string;
            };
            model: string;
            /** @default null */
            model_note: string | null;
            /** @constant */
            object: "match";
            /** @default null */
            precision: string | null;
            retry_of: string | null;
            revision: string;
            started_at: string | null;
            /** @enum {string} */
            state: "queued" | "processing" | "succeeded" | "failed" | "canceled" | "expired";
            texts: string[];
            timings: {
                batch_size: number;
                decode_ms: number;
                device: string;
                encode_ms: number;
                inference_ms: number;
                preprocess_ms: number | null;
                queue_ms: number;
                total_ms: number;
            } | null;
            version: number;
        };
        MatchItem: {
            image: components["schemas"]["ImageInput"];
            /** @description A name of your own, which no other item of the batch has; given back with the result. */
            key?: string;
            /**
             * @description At most 16 names with texts, given back with the caption.
             * @example {
             *       "album": "summer"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
            /** @description A model of GET /v1/models. Default: the newest. */
            model?: string;
            /**
             * @description Texts to compare the image with.
             * @example [
             *       "a dog",
             *       "a cat"
             *     ]
             */
            texts: string[];
            /** @description Seconds after which the caption expires unless a worker has started it. */
            timeout_s?: number;
            /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
            webhook?: {
                /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                /**
                 * @description The URL that receives signed events.
                 * @example https://example.com/hooks/blipq
                 */
                url: string;
            };
        };
        MatchPage: {
            data: components["schemas"]["Match"][];
            next_cursor: string | null;
            /** @constant */
            object: "list";
        };
        MatchRequest: {
            image: components["schemas"]["ImageInput"];
            /**
             * @description At most 16 names with texts, given back with the caption.
             * @example {
             *       "album": "summer"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
            /** @description A model of GET /v1/models. Default: the newest. */
            model?: string;
            /**
             * @description Texts to compare the image with.
             * @example [
             *       "a dog",
             *       "a cat"
             *     ]
             */
            texts: string[];
            /** @description Seconds after which the caption expires unless a worker has started it. */
            timeout_s?: number;
            /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
            webhook?: {
                /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                /**
                 * @description The URL that receives signed events.
                 * @example https://example.com/hooks/blipq
                 */
                url: string;
            };
        };
        MatchWebhook: {
            data: components["schemas"]["Match"];
            /** Format: date-time */
            timestamp: string;
            /** @enum {string} */
            type: "match.succeeded" | "match.failed" | "match.canceled" | "match.expired";
        };
        Model: {
            created: number;
            /** @enum {string} */
            device: "cpu" | "cuda";
            generation_config: {
                early_stopping?: boolean | "never";
                length_penalty?: number;
                max_length?: number;
                max_new_tokens?: number;
                min_length?: number;
                min_new_tokens?: number;
                no_repeat_ngram_size?: number;
                num_beams?: number;
                repetition_penalty?: number;
            };
            id: string;
            image_size: number;
            last_seen_at: string | null;
            links: {
                self: string;
            };
            min_confidence: number | null;
            model_note: string | null;
            /** @constant */
            object: "model";
            owned_by: string;
            positions_max: number;
            /** @enum {string} */
            precision: "fp32" | "int8-decoder" | "int8" | "int7" | "fp16";
            precision_reason: string | null;
            /** Format: date-time */
            registered_at: string;
            retired: boolean;
            revision: string;
            /** @enum {string} */
            task: "captioning" | "question_answering" | "image_text_retrieval";
        };
        ModelPage: {
            data: components["schemas"]["Model"][];
            /** @constant */
            object: "list";
        };
        PingWebhook: {
            data: {
                /** @constant */
                object: "ping";
            };
            /** Format: date-time */
            timestamp: string;
            /** @constant */
            type: "ping";
        };
        Problem: {
            /** @enum {string} */
            code: "malformed_json" | "malformed_multipart" | "missing_image" | "bad_idempotency_key" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "upload_too_slow" | "idempotency_in_progress" | "already_terminal" | "not_terminal" | "result_expired" | "image_too_large" | "batch_too_large" | "unsupported_media_type" | "invalid_params" | "unknown_model" | "match_unavailable" | "image_corrupt" | "image_dimensions" | "image_too_costly" | "duplicate_key" | "url_blocked" | "idempotency_key_reused" | "rate_limited" | "tenant_queue_full" | "internal_error" | "queue_full" | "queue_unavailable" | "notifier_unavailable" | "model_unavailable" | "shutting_down" | "fetch_failed" | "fetch_timeout" | "input_expired" | "inference_error" | "out_of_memory" | "worker_lost" | "timeout";
            detail: string;
            errors?: {
                field: string;
                message: string;
            }[];
            instance: string;
            request_id: string;
            retryable: boolean;
            status: number;
            title: string;
            type: string;
        };
        WebhookSecret: {
            /** @constant */
            object: "webhook_secret";
            /** @description The secrets that sign your webhooks, the newest first. A message has a signature of each. */
            secrets: string[];
        };
        WebhookTest: {
            answer: string | null;
            /** Format: date-time */
            at: string;
            delivered: boolean;
            duration_ms: number;
            error: string | null;
            id: string;
            /** @constant */
            object: "webhook_test";
            status: number | null;
            url: string;
        };
        WebhookTestRequest: {
            /**
             * @description The URL that receives signed events.
             * @example https://example.com/hooks/blipq
             */
            url: string;
        };
    };
    responses: never;
    parameters: {
        /** @description The id of an answer. */
        AnswerId: string;
        /** @description The id of a batch. */
        BatchId: string;
        /** @description Only batches in this state. */
        BatchState: "processing" | "completed";
        /** @description `no-cache`: have the model run even if the result of an equal request is there already. */
        CacheControl: string;
        /** @description The id of a caption. A UUID stands for the id of the same 128 bits. */
        CaptionId: string;
        /** @description Only what was created after this time. */
        CreatedAfter: string;
        /** @description Only what was created before this time. */
        CreatedBefore: string;
        /** @description The `next_cursor` of the page before. */
        Cursor: string;
        /** @description The id of a delivery, which is its `webhook-id`. */
        DeliveryId: string;
        /** @description Only deliveries in this state. */
        DeliveryState: "pending" | "delivered" | "failed";
        /** @description Repeating a request with the same key and content creates nothing and is answered with what the first created. */
        IdempotencyKey: string;
        /** @description The ETag of an earlier answer: 304 while nothing has changed. */
        IfNoneMatch: string;
        /** @description With an image as the body. Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between. */
        ImageBadWords: string[];
        /** @description With an image as the body. Draws each token by its probability instead of taking the likeliest. Not with beams. */
        ImageDoSample: boolean;
        /** @description With an image as the body. */
        ImageEarlyStopping: boolean | "never";
        /** @description With an image as the body. `alt` adds the caption as alternative text for the image: a sentence without "a picture of". */
        ImageFormat: "text" | "alt";
        /** @description With an image as the body. */
        ImageLengthPenalty: number;
        /** @description With an image as the body. Whether to say how well the caption fits the image, which takes a served model of image-text retrieval. */
        ImageMatch: boolean;
        /** @description With an image as the body. Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
        ImageMaxChars: number;
        /** @description With an image as the body. */
        ImageMaxNewTokens: number;
        /** @description With an image as the body. At most 16 names with texts, given back with the caption. An object as JSON. */
        ImageMetadata: string;
        /** @description With an image as the body. Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
        ImageMinConfidence: number;
        /** @description With an image as the body. */
        ImageMinNewTokens: number;
        /** @description With an image as the body. The text does not end before it has that many words. */
        ImageMinWords: number;
        /** @description With an image as the body. A model of GET /v1/models. Default: the newest. */
        ImageModel: string;
        /** @description With an image as the body. */
        ImageNoRepeatNgramSize: number;
        /** @description With an image as the body. */
        ImageNumBeams: number;
        /** @description With an image as the body. How many captions to make, as samples or of the best beams; all are in `captions`, the best is `caption`. */
        ImageNumReturnSequences: number;
        /** @description With an image as the body. */
        ImagePrompt: string;
        /** @description With an image as the body. Several questions about one image. */
        ImageQuestion: string[];
        /** @description With an image as the body. Several questions about one image. */
        ImageQuestions: string[];
        /** @description With an image as the body. */
        ImageRepetitionPenalty: number;
        /** @description With an image as the body. Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
        ImageSeed: number;
        /** @description With an image as the body. Leaves the prompt out of the text. */
        ImageSuppressPrompt: boolean;
        /** @description With an image as the body. Divides the scores before each draw: above 1 varied, below 1 safe. */
        ImageTemperature: number;
        /** @description With an image as the body. Texts to compare the image with. */
        ImageTexts: string[];
        /** @description With an image as the body. Seconds after which the caption expires unless a worker has started it. */
        ImageTimeoutS: number;
        /** @description With an image as the body. Only this many of the likeliest tokens may be drawn; 0 for all. */
        ImageTopK: number;
        /** @description With an image as the body. Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
        ImageTopP: number;
        /** @description With an image as the body. The webhook notified when the work has ended; see docs/reference/webhooks.md. An object as JSON. */
        ImageWebhook: string;
        /** @description The id of the last received event; the stream continues after it. */
        LastEventId: string;
        /** @description How many on a page. */
        Limit: number;
        /** @description The id of a match. */
        MatchId: string;
        /** @description The name of a model. */
        ModelId: string;
        /** @description Only what was submitted with this batch. */
        OfBatch: string;
        /** @description `wait=N` (RFC 7240): answer when it has ended, or after N seconds, at most 60; `wait` alone: after 60. */
        Prefer: string;
        /** @description The `cursor` of the line that was read last. */
        ResultsCursor: number;
        /** @description Only those in this state. */
        State: "queued" | "processing" | "succeeded" | "failed" | "canceled" | "expired";
    };
    requestBodies: never;
    headers: {
        /** @description Changes whenever the resource does. */
        ETag: string;
        /** @description `true` when this request created nothing. */
        "Idempotency-Replayed": "true";
        /** @description Where the new resource is. */
        Location: string;
        /** @description The wait that was granted. */
        "Preference-Applied": string;
        /** @description Requests left and seconds until the window ends. */
        RateLimit: string;
        /** @description Requests and seconds of a window. */
        "RateLimit-Policy": string;
        /** @description Seconds after which to try again. */
        "Retry-After": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listAnswers: {
        parameters: {
            query?: {
                /** @description Only what was submitted with this batch. */
                batch_id?: components["parameters"]["OfBatch"];
                /** @description Only what was created after this time. */
                created_after?: components["parameters"]["CreatedAfter"];
                /** @description Only what was created before this time. */
                created_before?: components["parameters"]["CreatedBefore"];
                /** @description The `next_cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description How many on a page. */
                limit?: components["parameters"]["Limit"];
                /** @description Only those in this state. */
                state?: components["parameters"]["State"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of answers. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnswerPage"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    createAnswer: {
        parameters: {
            query?: {
                /** @description With an image as the body. Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between. */
                bad_words?: components["parameters"]["ImageBadWords"];
                /** @description With an image as the body. Draws each token by its probability instead of taking the likeliest. Not with beams. */
                do_sample?: components["parameters"]["ImageDoSample"];
                /** @description With an image as the body. */
                early_stopping?: components["parameters"]["ImageEarlyStopping"];
                /** @description With an image as the body. */
                length_penalty?: components["parameters"]["ImageLengthPenalty"];
                /** @description With an image as the body. Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
                max_chars?: components["parameters"]["ImageMaxChars"];
                /** @description With an image as the body. */
                max_new_tokens?: components["parameters"]["ImageMaxNewTokens"];
                /** @description With an image as the body. At most 16 names with texts, given back with the caption. An object as JSON. */
                metadata?: components["parameters"]["ImageMetadata"];
                /** @description With an image as the body. Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
                min_confidence?: components["parameters"]["ImageMinConfidence"];
                /** @description With an image as the body. */
                min_new_tokens?: components["parameters"]["ImageMinNewTokens"];
                /** @description With an image as the body. The text does not end before it has that many words. */
                min_words?: components["parameters"]["ImageMinWords"];
                /** @description With an image as the body. A model of GET /v1/models. Default: the newest. */
                model?: components["parameters"]["ImageModel"];
                /** @description With an image as the body. */
                no_repeat_ngram_size?: components["parameters"]["ImageNoRepeatNgramSize"];
                /** @description With an image as the body. */
                num_beams?: components["parameters"]["ImageNumBeams"];
                /** @description With an image as the body. Several questions about one image. */
                question?: components["parameters"]["ImageQuestion"];
                /** @description With an image as the body. Several questions about one image. */
                questions?: components["parameters"]["ImageQuestions"];
                /** @description With an image as the body. */
                repetition_penalty?: components["parameters"]["ImageRepetitionPenalty"];
                /** @description With an image as the body. Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
                seed?: components["parameters"]["ImageSeed"];
                /** @description With an image as the body. Divides the scores before each draw: above 1 varied, below 1 safe. */
                temperature?: components["parameters"]["ImageTemperature"];
                /** @description With an image as the body. Seconds after which the caption expires unless a worker has started it. */
                timeout_s?: components["parameters"]["ImageTimeoutS"];
                /** @description With an image as the body. Only this many of the likeliest tokens may be drawn; 0 for all. */
                top_k?: components["parameters"]["ImageTopK"];
                /** @description With an image as the body. Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
                top_p?: components["parameters"]["ImageTopP"];
                /** @description With an image as the body. The webhook notified when the work has ended; see docs/reference/webhooks.md. An object as JSON. */
                webhook?: components["parameters"]["ImageWebhook"];
            };
            header?: {
                /** @description `no-cache`: have the model run even if the result of an equal request is there already. */
                "Cache-Control"?: components["parameters"]["CacheControl"];
                /** @description Repeating a request with the same key and content creates nothing and is answered with what the first created. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description `wait=N` (RFC 7240): answer when it has ended, or after N seconds, at most 60; `wait` alone: after 60. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "image": {
                 *         "url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAUUlEQVR42mP49eEETRHDqAWjFtDHgmc2GrgQFSzAYzoxdjBQYjQx1gycBSSZjscOBmqZjsuOUQtGLRi1YMBy8rAo7OhRH9CpRhttVYxaQAgBAMLwG6DLvUxPAAAAAElFTkSuQmCC"
                 *       },
                 *       "questions": [
                 *         "what is it?",
                 *         "what color is it?"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["AnswerRequest"];
                "image/*": Blob;
                /**
                 * @example {
                 *       "image": "photo.jpg",
                 *       "question": [
                 *         "what is it?"
                 *       ]
                 *     }
                 */
                "multipart/form-data": {
                    /**
                     * @description Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between.
                     * @example [
                     *       "arafed",
                     *       "a picture of"
                     *     ]
                     */
                    bad_words?: string[];
                    /** @description Draws each token by its probability instead of taking the likeliest. Not with beams. */
                    do_sample?: boolean;
                    early_stopping?: boolean | "never";
                    /** Format: binary */
                    image: Blob;
                    length_penalty?: number;
                    /** @description Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
                    max_chars?: number;
                    max_new_tokens?: number;
                    /**
                     * @description At most 16 names with texts, given back with the caption.
                     * @example {
                     *       "album": "summer"
                     *     }
                     */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
                    min_confidence?: number;
                    min_new_tokens?: number;
                    /** @description The text does not end before it has that many words. */
                    min_words?: number;
                    /** @description A model of GET /v1/models. Default: the newest. */
                    model?: string;
                    no_repeat_ngram_size?: number;
                    num_beams?: number;
                    /** @description Several questions about one image. */
                    question?: string[];
                    /** @description Several questions about one image. */
                    questions?: string[];
                    repetition_penalty?: number;
                    /** @description Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
                    seed?: number;
                    /** @description Divides the scores before each draw: above 1 varied, below 1 safe. */
                    temperature?: number;
                    /** @description Seconds after which the caption expires unless a worker has started it. */
                    timeout_s?: number;
                    /** @description Only this many of the likeliest tokens may be drawn; 0 for all. */
                    top_k?: number;
                    /** @description Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
                    top_p?: number;
                    /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
                    webhook?: {
                        /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                        events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                        /**
                         * @description The URL that receives signed events.
                         * @example https://example.com/hooks/blipq
                         */
                        url: string;
                    };
                };
            };
        };
        responses: {
            /** @description It has ended already. */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                };
            };
            /** @description It is queued; read it at its Location. */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON. `malformed_multipart`: The multipart body cannot be read. `missing_image`: No image was given. `bad_idempotency_key`: The idempotency key is not usable. */
            400: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "malformed_json" | "malformed_multipart" | "missing_image" | "bad_idempotency_key";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `upload_too_slow`: The body came too slowly. */
            408: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "upload_too_slow";
                        /** @constant */
                        status?: 408;
                    };
                };
            };
            /** @description `idempotency_in_progress`: The first request with this key is still running. */
            409: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_in_progress";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `image_too_large`: The image has too many bytes. */
            413: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "image_too_large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported_media_type`: The image format is not supported. */
            415: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. `unknown_model`: No such model is being served. `match_unavailable`: No model can match this caption. `image_corrupt`: The image cannot be decoded. `image_dimensions`: The image has unsupported dimensions. `image_too_costly`: The image costs too much to decode. `url_blocked`: The URL may not be fetched. `fetch_failed`: The image could not be fetched. `fetch_timeout`: Fetching the image took too long. `idempotency_key_reused`: The idempotency key belongs to another request. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params" | "unknown_model" | "match_unavailable" | "image_corrupt" | "image_dimensions" | "image_too_costly" | "url_blocked" | "fetch_failed" | "fetch_timeout" | "idempotency_key_reused";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. `tenant_queue_full`: Too many captions of this API key are waiting. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "tenant_queue_full";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. `model_unavailable`: No model has been registered yet. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full" | "model_unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    getAnswer: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of an earlier answer: 304 while nothing has changed. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description `wait=N` (RFC 7240): answer when it has ended, or after N seconds, at most 60; `wait` alone: after 60. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /** @description The id of an answer. */
                id: components["parameters"]["AnswerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                };
            };
            /** @description Nothing has changed. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    putAnswer: {
        parameters: {
            query?: {
                /** @description With an image as the body. Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between. */
                bad_words?: components["parameters"]["ImageBadWords"];
                /** @description With an image as the body. Draws each token by its probability instead of taking the likeliest. Not with beams. */
                do_sample?: components["parameters"]["ImageDoSample"];
                /** @description With an image as the body. */
                early_stopping?: components["parameters"]["ImageEarlyStopping"];
                /** @description With an image as the body. */
                length_penalty?: components["parameters"]["ImageLengthPenalty"];
                /** @description With an image as the body. Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
                max_chars?: components["parameters"]["ImageMaxChars"];
                /** @description With an image as the body. */
                max_new_tokens?: components["parameters"]["ImageMaxNewTokens"];
                /** @description With an image as the body. At most 16 names with texts, given back with the caption. An object as JSON. */
                metadata?: components["parameters"]["ImageMetadata"];
                /** @description With an image as the body. Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
                min_confidence?: components["parameters"]["ImageMinConfidence"];
                /** @description With an image as the body. */
                min_new_tokens?: components["parameters"]["ImageMinNewTokens"];
                /** @description With an image as the body. The text does not end before it has that many words. */
                min_words?: components["parameters"]["ImageMinWords"];
                /** @description With an image as the body. A model of GET /v1/models. Default: the newest. */
                model?: components["parameters"]["ImageModel"];
                /** @description With an image as the body. */
                no_repeat_ngram_size?: components["parameters"]["ImageNoRepeatNgramSize"];
                /** @description With an image as the body. */
                num_beams?: components["parameters"]["ImageNumBeams"];
                /** @description With an image as the body. Several questions about one image. */
                question?: components["parameters"]["ImageQuestion"];
                /** @description With an image as the body. Several questions about one image. */
                questions?: components["parameters"]["ImageQuestions"];
                /** @description With an image as the body. */
                repetition_penalty?: components["parameters"]["ImageRepetitionPenalty"];
                /** @description With an image as the body. Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
                seed?: components["parameters"]["ImageSeed"];
                /** @description With an image as the body. Divides the scores before each draw: above 1 varied, below 1 safe. */
                temperature?: components["parameters"]["ImageTemperature"];
                /** @description With an image as the body. Seconds after which the caption expires unless a worker has started it. */
                timeout_s?: components["parameters"]["ImageTimeoutS"];
                /** @description With an image as the body. Only this many of the likeliest tokens may be drawn; 0 for all. */
                top_k?: components["parameters"]["ImageTopK"];
                /** @description With an image as the body. Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
                top_p?: components["parameters"]["ImageTopP"];
                /** @description With an image as the body. The webhook notified when the work has ended; see docs/reference/webhooks.md. An object as JSON. */
                webhook?: components["parameters"]["ImageWebhook"];
            };
            header?: {
                /** @description `no-cache`: have the model run even if the result of an equal request is there already. */
                "Cache-Control"?: components["parameters"]["CacheControl"];
                /** @description `wait=N` (RFC 7240): answer when it has ended, or after N seconds, at most 60; `wait` alone: after 60. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /** @description The id of an answer. */
                id: components["parameters"]["AnswerId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "image": {
                 *         "url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAUUlEQVR42mP49eEETRHDqAWjFtDHgmc2GrgQFSzAYzoxdjBQYjQx1gycBSSZjscOBmqZjsuOUQtGLRi1YMBy8rAo7OhRH9CpRhttVYxaQAgBAMLwG6DLvUxPAAAAAElFTkSuQmCC"
                 *       },
                 *       "questions": [
                 *         "what is it?",
                 *         "what color is it?"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["AnswerRequest"];
                "image/*": Blob;
                /**
                 * @example {
                 *       "image": "photo.jpg",
                 *       "question": [
                 *         "what is it?"
                 *       ]
                 *     }
                 */
                "multipart/form-data": {
                    /**
                     * @description Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between.
                     * @example [
                     *       "arafed",
                     *       "a picture of"
                     *     ]
                     */
                    bad_words?: string[];
                    /** @description Draws each token by its probability instead of taking the likeliest. Not with beams. */
                    do_sample?: boolean;
                    early_stopping?: boolean | "never";
                    /** Format: binary */
                    image: Blob;
                    length_penalty?: number;
                    /** @description Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
                    max_chars?: number;
                    max_new_tokens?: number;
                    /**
                     * @description At most 16 names with texts, given back with the caption.
                     * @example {
                     *       "album": "summer"
                     *     }
                     */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
                    min_confidence?: number;
                    min_new_tokens?: number;
                    /** @description The text does not end before it has that many words. */
                    min_words?: number;
                    /** @description A model of GET /v1/models. Default: the newest. */
                    model?: string;
                    no_repeat_ngram_size?: number;
                    num_beams?: number;
                    /** @description Several questions about one image. */
                    question?: string[];
                    /** @description Several questions about one image. */
                    questions?: string[];
                    repetition_penalty?: number;
                    /** @description Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
                    seed?: number;
                    /** @description Divides the scores before each draw: above 1 varied, below 1 safe. */
                    temperature?: number;
                    /** @description Seconds after which the caption expires unless a worker has started it. */
                    timeout_s?: number;
                    /** @description Only this many of the likeliest tokens may be drawn; 0 for all. */
                    top_k?: number;
                    /** @description Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
                    top_p?: number;
                    /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
                    webhook?: {
                        /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                        events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                        /**
                         * @description The URL that receives signed events.
                         * @example https://example.com/hooks/blipq
                         */
                        url: string;
                    };
                };
            };
        };
        responses: {
            /** @description It has ended already. */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                };
            };
            /** @description It is queued; read it at its Location. */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON. `malformed_multipart`: The multipart body cannot be read. `missing_image`: No image was given. `bad_idempotency_key`: The idempotency key is not usable. */
            400: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "malformed_json" | "malformed_multipart" | "missing_image" | "bad_idempotency_key";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `upload_too_slow`: The body came too slowly. */
            408: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "upload_too_slow";
                        /** @constant */
                        status?: 408;
                    };
                };
            };
            /** @description `idempotency_in_progress`: The first request with this key is still running. */
            409: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_in_progress";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `image_too_large`: The image has too many bytes. */
            413: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "image_too_large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported_media_type`: The image format is not supported. */
            415: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. `unknown_model`: No such model is being served. `match_unavailable`: No model can match this caption. `image_corrupt`: The image cannot be decoded. `image_dimensions`: The image has unsupported dimensions. `image_too_costly`: The image costs too much to decode. `url_blocked`: The URL may not be fetched. `fetch_failed`: The image could not be fetched. `fetch_timeout`: Fetching the image took too long. `idempotency_key_reused`: The idempotency key belongs to another request. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params" | "unknown_model" | "match_unavailable" | "image_corrupt" | "image_dimensions" | "image_too_costly" | "url_blocked" | "fetch_failed" | "fetch_timeout" | "idempotency_key_reused";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. `tenant_queue_full`: Too many captions of this API key are waiting. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "tenant_queue_full";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. `model_unavailable`: No model has been registered yet. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full" | "model_unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    deleteAnswer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of an answer. */
                id: components["parameters"]["AnswerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    cancelAnswer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of an answer. */
                id: components["parameters"]["AnswerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is canceled, now or before. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                };
            };
            /** @description It is running and will end as canceled. */
            202: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `already_terminal`: The caption has already ended. */
            409: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "already_terminal";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    listAnswerDeliveries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of an answer. */
                id: components["parameters"]["AnswerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its deliveries: none or one. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryPage"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    watchAnswer: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the last received event; the stream continues after it. */
                "Last-Event-ID"?: components["parameters"]["LastEventId"];
            };
            path: {
                /** @description The id of an answer. */
                id: components["parameters"]["AnswerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream of events. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description It has ended and its last event was seen: do not reconnect. */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    retryAnswer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeating a request with the same key and content creates nothing and is answered with what the first created. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The id of an answer. */
                id: components["parameters"]["AnswerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new answer. */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                };
            };
            /** @description `bad_idempotency_key`: The idempotency key is not usable. */
            400: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "bad_idempotency_key";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `not_terminal`: The caption has not ended yet. `idempotency_in_progress`: The first request with this key is still running. */
            409: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_terminal" | "idempotency_in_progress";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. `input_expired`: The image is gone. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired" | "input_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `idempotency_key_reused`: The idempotency key belongs to another request. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. `tenant_queue_full`: Too many captions of this API key are waiting. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "tenant_queue_full";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    listBatches: {
        parameters: {
            query?: {
                /** @description Only what was created after this time. */
                created_after?: components["parameters"]["CreatedAfter"];
                /** @description Only what was created before this time. */
                created_before?: components["parameters"]["CreatedBefore"];
                /** @description The `next_cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description How many on a page. */
                limit?: components["parameters"]["Limit"];
                /** @description Only batches in this state. */
                state?: components["parameters"]["BatchState"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of batches. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchPage"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    createBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description `no-cache`: have the model run even if the result of an equal request is there already. */
                "Cache-Control"?: components["parameters"]["CacheControl"];
                /** @description Repeating a request with the same key and content creates nothing and is answered with what the first created. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description `wait=N` (RFC 7240): answer when it has ended, or after N seconds, at most 60; `wait` alone: after 60. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "image": {
                 *             "url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAUUlEQVR42mP49eEETRHDqAWjFtDHgmc2GrgQFSzAYzoxdjBQYjQx1gycBSSZjscOBmqZjsuOUQtGLRi1YMBy8rAo7OhRH9CpRhttVYxaQAgBAMLwG6DLvUxPAAAAAElFTkSuQmCC"
                 *           },
                 *           "prompt": "a picture of",
                 *           "params": {
                 *             "max_new_tokens": 20
                 *           }
                 *         },
                 *         {
                 *           "image": {
                 *             "url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAUUlEQVR42mP49eEETRHDqAWjFtDHgmc2GrgQFSzAYzoxdjBQYjQx1gycBSSZjscOBmqZjsuOUQtGLRi1YMBy8rAo7OhRH9CpRhttVYxaQAgBAMLwG6DLvUxPAAAAAElFTkSuQmCC"
                 *           },
                 *           "question": "what is it?"
                 *         },
                 *         {
                 *           "image": {
                 *             "url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAUUlEQVR42mP49eEETRHDqAWjFtDHgmc2GrgQFSzAYzoxdjBQYjQx1gycBSSZjscOBmqZjsuOUQtGLRi1YMBy8rAo7OhRH9CpRhttVYxaQAgBAMLwG6DLvUxPAAAAAElFTkSuQmCC"
                 *           },
                 *           "texts": [
                 *             "a dog",
                 *             "a cat"
                 *           ]
                 *         }
                 *       ],
                 *       "metadata": {
                 *         "album": "summer"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["BatchRequest"];
                /**
                 * @example {
                 *       "key": "photo 1",
                 *       "image": {
                 *         "url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAUUlEQVR42mP49eEETRHDqAWjFtDHgmc2GrgQFSzAYzoxdjBQYjQx1gycBSSZjscOBmqZjsuOUQtGLRi1YMBy8rAo7OhRH9CpRhttVYxaQAgBAMLwG6DLvUxPAAAAAElFTkSuQmCC"
                 *       },
                 *       "prompt": "a picture of",
                 *       "params": {
                 *         "max_new_tokens": 20
                 *       }
                 *     }
                 */
                "application/x-ndjson": components["schemas"]["BatchLine"];
                /**
                 * @example {
                 *       "images": [
                 *         "photo.jpg"
                 *       ],
                 *       "prompt": "a picture of",
                 *       "max_new_tokens": 20
                 *     }
                 */
                "multipart/form-data": {
                    /**
                     * @description Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between.
                     * @example [
                     *       "arafed",
                     *       "a picture of"
                     *     ]
                     */
                    bad_words?: string[];
                    /** @description Draws each token by its probability instead of taking the likeliest. Not with beams. */
                    do_sample?: boolean;
                    early_stopping?: boolean | "never";
                    /**
                     * @description `alt` adds the caption as alternative text for the image: a sentence without "a picture of".
                     * @enum {string}
                     */
                    format?: "text" | "alt";
                    images: Blob[];
                    length_penalty?: number;
                    /** @description Whether to say how well the caption fits the image, which takes a served model of image-text retrieval. */
                    match?: boolean;
                    /** @description Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
                    max_chars?: number;
                    max_new_tokens?: number;
                    /**
                     * @description At most 16 names with texts, given back with the caption.
                     * @example {
                     *       "album": "summer"
                     *     }
                     */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
                    min_confidence?: number;
                    min_new_tokens?: number;
                    /** @description The text does not end before it has that many words. */
                    min_words?: number;
                    /** @description A model of GET /v1/models. Default: the newest. */
                    model?: string;
                    no_repeat_ngram_size?: number;
                    num_beams?: number;
                    /** @description How many captions to make, as samples or of the best beams; all are in `captions`, the best is `caption`. */
                    num_return_sequences?: number;
                    prompt?: string | null;
                    repetition_penalty?: number;
                    /** @description Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
                    seed?: number;
                    /** @description Leaves the prompt out of the text. */
                    suppress_prompt?: boolean;
                    /** @description Divides the scores before each draw: above 1 varied, below 1 safe. */
                    temperature?: number;
                    /** @description Seconds after which the caption expires unless a worker has started it. */
                    timeout_s?: number;
                    /** @description Only this many of the likeliest tokens may be drawn; 0 for all. */
                    top_k?: number;
                    /** @description Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
                    top_p?: number;
                    /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
                    webhook?: {
                        /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                        events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                        /**
                         * @description The URL that receives signed events.
                         * @example https://example.com/hooks/blipq
                         */
                        url: string;
                    };
                } | {
                    /**
                     * @description Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between.
                     * @example [
                     *       "arafed",
                     *       "a picture of"
                     *     ]
                     */
                    bad_words?: string[];
                    /** @description Draws each token by its probability instead of taking the likeliest. Not with beams. */
                    do_sample?: boolean;
                    early_stopping?: boolean | "never";
                    images: Blob[];
                    length_penalty?: number;
                    /** @description Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
                    max_chars?: number;
                    max_new_tokens?: number;
                    /**
                     * @description At most 16 names with texts, given back with the caption.
                     * @example {
                     *       "album": "summer"
                     *     }
                     */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
                    min_confidence?: number;
                    min_new_tokens?: number;
                    /** @description The text does not end before it has that many words. */
                    min_words?: number;
                    /** @description A model of GET /v1/models. Default: the newest. */
                    model?: string;
                    no_repeat_ngram_size?: number;
                    num_beams?: number;
                    /** @description Several questions about one image. */
                    question?: string[];
                    /** @description Several questions about one image. */
                    questions?: string[];
                    repetition_penalty?: number;
                    /** @description Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
                    seed?: number;
                    /** @description Divides the scores before each draw: above 1 varied, below 1 safe. */
                    temperature?: number;
                    /** @description Seconds after which the caption expires unless a worker has started it. */
                    timeout_s?: number;
                    /** @description Only this many of the likeliest tokens may be drawn; 0 for all. */
                    top_k?: number;
                    /** @description Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
                    top_p?: number;
                    /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
                    webhook?: {
                        /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                        events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                        /**
                         * @description The URL that receives signed events.
                         * @example https://example.com/hooks/blipq
                         */
                        url: string;
                    };
                } | {
                    images: Blob[];
                    /**
                     * @description At most 16 names with texts, given back with the caption.
                     * @example {
                     *       "album": "summer"
                     *     }
                     */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description A model of GET /v1/models. Default: the newest. */
                    model?: string;
                    /**
                     * @description Texts to compare the image with.
                     * @example [
                     *       "a dog",
                     *       "a cat"
                     *     ]
                     */
                    texts: string[];
                    /** @description Seconds after which the caption expires unless a worker has started it. */
                    timeout_s?: number;
                    /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
                    webhook?: {
                        /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                        events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                        /**
                         * @description The URL that receives signed events.
                         * @example https://example.com/hooks/blipq
                         */
                        url: string;
                    };
                };
            };
        };
        responses: {
            /** @description The batch, which has completed in the time that the client waited. */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description The batch. */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON. `malformed_multipart`: The multipart body cannot be read. `missing_image`: No image was given. `bad_idempotency_key`: The idempotency key is not usable. */
            400: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "malformed_json" | "malformed_multipart" | "missing_image" | "bad_idempotency_key";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `upload_too_slow`: The body came too slowly. */
            408: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "upload_too_slow";
                        /** @constant */
                        status?: 408;
                    };
                };
            };
            /** @description `idempotency_in_progress`: The first request with this key is still running. */
            409: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_in_progress";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `image_too_large`: The image has too many bytes. `batch_too_large`: The batch has too many images. */
            413: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "image_too_large" | "batch_too_large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported_media_type`: The image format is not supported. */
            415: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. `unknown_model`: No such model is being served. `match_unavailable`: No model can match this caption. `image_corrupt`: The image cannot be decoded. `image_dimensions`: The image has unsupported dimensions. `image_too_costly`: The image costs too much to decode. `url_blocked`: The URL may not be fetched. `fetch_failed`: The image could not be fetched. `fetch_timeout`: Fetching the image took too long. `idempotency_key_reused`: The idempotency key belongs to another request. `duplicate_key`: Another item of the batch has this key. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params" | "unknown_model" | "match_unavailable" | "image_corrupt" | "image_dimensions" | "image_too_costly" | "url_blocked" | "fetch_failed" | "fetch_timeout" | "idempotency_key_reused" | "duplicate_key";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. `tenant_queue_full`: Too many captions of this API key are waiting. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "tenant_queue_full";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. `model_unavailable`: No model has been registered yet. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full" | "model_unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    getBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of an earlier answer: 304 while nothing has changed. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description `wait=N` (RFC 7240): answer when it has ended, or after N seconds, at most 60; `wait` alone: after 60. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /** @description The id of a batch. */
                id: components["parameters"]["BatchId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The batch. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description Nothing has changed. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    cancelBatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a batch. */
                id: components["parameters"]["BatchId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of it has ended, now or before. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description Some of it is running and will end as canceled. */
            202: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    watchBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the last received event; the stream continues after it. */
                "Last-Event-ID"?: components["parameters"]["LastEventId"];
            };
            path: {
                /** @description The id of a batch. */
                id: components["parameters"]["BatchId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream of events. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description It has completed and its last event was seen: do not reconnect. */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    listBatchResults: {
        parameters: {
            query?: {
                /** @description The `cursor` of the line that was read last. */
                cursor?: components["parameters"]["ResultsCursor"];
            };
            header?: {
                /** @description `wait=N` (RFC 7240): answer when it has ended, or after N seconds, at most 60; `wait` alone: after 60. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /** @description The id of a batch. */
                id: components["parameters"]["BatchId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lines with results. */
            200: {
                headers: {
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["BatchResult"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    listCaptions: {
        parameters: {
            query?: {
                /** @description Only what was submitted with this batch. */
                batch_id?: components["parameters"]["OfBatch"];
                /** @description Only what was created after this time. */
                created_after?: components["parameters"]["CreatedAfter"];
                /** @description Only what was created before this time. */
                created_before?: components["parameters"]["CreatedBefore"];
                /** @description The `next_cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description How many on a page. */
                limit?: components["parameters"]["Limit"];
                /** @description Only those in this state. */
                state?: components["parameters"]["State"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of captions. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CaptionPage"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    createCaption: {
        parameters: {
            query?: {
                /** @description With an image as the body. Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between. */
                bad_words?: components["parameters"]["ImageBadWords"];
                /** @description With an image as the body. Draws each token by its probability instead of taking the likeliest. Not with beams. */
                do_sample?: components["parameters"]["ImageDoSample"];
                /** @description With an image as the body. */
                early_stopping?: components["parameters"]["ImageEarlyStopping"];
                /** @description With an image as the body. `alt` adds the caption as alternative text for the image: a sentence without "a picture of". */
                format?: components["parameters"]["ImageFormat"];
                /** @description With an image as the body. */
                length_penalty?: components["parameters"]["ImageLengthPenalty"];
                /** @description With an image as the body. Whether to say how well the caption fits the image, which takes a served model of image-text retrieval. */
                match?: components["parameters"]["ImageMatch"];
                /** @description With an image as the body. Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
                max_chars?: components["parameters"]["ImageMaxChars"];
                /** @description With an image as the body. */
                max_new_tokens?: components["parameters"]["ImageMaxNewTokens"];
                /** @description With an image as the body. At most 16 names with texts, given back with the caption. An object as JSON. */
                metadata?: components["parameters"]["ImageMetadata"];
                /** @description With an image as the body. Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
                min_confidence?: components["parameters"]["ImageMinConfidence"];
                /** @description With an image as the body. */
                min_new_tokens?: components["parameters"]["ImageMinNewTokens"];
                /** @description With an image as the body. The text does not end before it has that many words. */
                min_words?: components["parameters"]["ImageMinWords"];
                /** @description With an image as the body. A model of GET /v1/models. Default: the newest. */
                model?: components["parameters"]["ImageModel"];
                /** @description With an image as the body. */
                no_repeat_ngram_size?: components["parameters"]["ImageNoRepeatNgramSize"];
                /** @description With an image as the body. */
                num_beams?: components["parameters"]["ImageNumBeams"];
                /** @description With an image as the body. How many captions to make, as samples or of the best beams; all are in `captions`, the best is `caption`. */
                num_return_sequences?: components["parameters"]["ImageNumReturnSequences"];
                /** @description With an image as the body. */
                prompt?: components["parameters"]["ImagePrompt"];
                /** @description With an image as the body. */
                repetition_penalty?: components["parameters"]["ImageRepetitionPenalty"];
                /** @description With an image as the body. Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
                seed?: components["parameters"]["ImageSeed"];
                /** @description With an image as the body. Leaves the prompt out of the text. */
                suppress_prompt?: components["parameters"]["ImageSuppressPrompt"];
                /** @description With an image as the body. Divides the scores before each draw: above 1 varied, below 1 safe. */
                temperature?: components["parameters"]["ImageTemperature"];
                /** @description With an image as the body. Seconds after which the caption expires unless a worker has started it. */
                timeout_s?: components["parameters"]["ImageTimeoutS"];
                /** @description With an image as the body. Only this many of the likeliest tokens may be drawn; 0 for all. */
                top_k?: components["parameters"]["ImageTopK"];
                /** @description With an image as the body. Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
                top_p?: components["parameters"]["ImageTopP"];
                /** @description With an image as the body. The webhook notified when the work has ended; see docs/reference/webhooks.md. An object as JSON. */
                webhook?: components["parameters"]["ImageWebhook"];
            };
            header?: {
                /** @description `no-cache`: have the model run even if the result of an equal request is there already. */
                "Cache-Control"?: components["parameters"]["CacheControl"];
                /** @description Repeating a request with the same key and content creates nothing and is answered with what the first created. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description `wait=N` (RFC 7240): answer when it has ended, or after N seconds, at most 60; `wait` alone: after 60. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "image": {
                 *         "url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAUUlEQVR42mP49eEETRHDqAWjFtDHgmc2GrgQFSzAYzoxdjBQYjQx1gycBSSZjscOBmqZjsuOUQtGLRi1YMBy8rAo7OhRH9CpRhttVYxaQAgBAMLwG6DLvUxPAAAAAElFTkSuQmCC"
                 *       },
                 *       "prompt": "a picture of",
                 *       "params": {
                 *         "max_new_tokens": 20
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["CaptionRequest"];
                "image/*": Blob;
                /**
                 * @example {
                 *       "image": "photo.jpg",
                 *       "prompt": "a picture of",
                 *       "max_new_tokens": 20
                 *     }
                 */
                "multipart/form-data": {
                    /**
                     * @description Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between.
                     * @example [
                     *       "arafed",
                     *       "a picture of"
                     *     ]
                     */
                    bad_words?: string[];
                    /** @description Draws each token by its probability instead of taking the likeliest. Not with beams. */
                    do_sample?: boolean;
                    early_stopping?: boolean | "never";
                    /**
                     * @description `alt` adds the caption as alternative text for the image: a sentence without "a picture of".
                     * @enum {string}
                     */
                    format?: "text" | "alt";
                    /** Format: binary */
                    image: Blob;
                    length_penalty?: number;
                    /** @description Whether to say how well the caption fits the image, which takes a served model of image-text retrieval. */
                    match?: boolean;
                    /** @description Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
                    max_chars?: number;
                    max_new_tokens?: number;
                    /**
                     * @description At most 16 names with texts, given back with the caption.
                     * @example {
                     *       "album": "summer"
                     *     }
                     */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
                    min_confidence?: number;
                    min_new_tokens?: number;
                    /** @description The text does not end before it has that many words. */
                    min_words?: number;
                    /** @description A model of GET /v1/models. Default: the newest. */
                    model?: string;
                    no_repeat_ngram_size?: number;
                    num_beams?: number;
                    /** @description How many captions to make, as samples or of the best beams; all are in `captions`, the best is `caption`. */
                    num_return_sequences?: number;
                    prompt?: string | null;
                    repetition_penalty?: number;
                    /** @description Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
                    seed?: number;
                    /** @description Leaves the prompt out of the text. */
                    suppress_prompt?: boolean;
                    /** @description Divides the scores before each draw: above 1 varied, below 1 safe. */
                    temperature?: number;
                    /** @description Seconds after which the caption expires unless a worker has started it. */
                    timeout_s?: number;
                    /** @description Only this many of the likeliest tokens may be drawn; 0 for all. */
                    top_k?: number;
                    /** @description Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
                    top_p?: number;
                    /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
                    webhook?: {
                        /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                        events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                        /**
                         * @description The URL that receives signed events.
                         * @example https://example.com/hooks/blipq
                         */
                        url: string;
                    };
                };
            };
        };
        responses: {
            /** @description It has ended already. */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Caption"];
                };
            };
            /** @description It is queued; read it at its Location. */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Caption"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON. `malformed_multipart`: The multipart body cannot be read. `missing_image`: No image was given. `bad_idempotency_key`: The idempotency key is not usable. */
            400: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "malformed_json" | "malformed_multipart" | "missing_image" | "bad_idempotency_key";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `upload_too_slow`: The body came too slowly. */
            408: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "upload_too_slow";
                        /** @constant */
                        status?: 408;
                    };
                };
            };
            /** @description `idempotency_in_progress`: The first request with this key is still running. */
            409: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_in_progress";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `image_too_large`: The image has too many bytes. */
            413: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "image_too_large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported_media_type`: The image format is not supported. */
            415: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. `unknown_model`: No such model is being served. `match_unavailable`: No model can match this caption. `image_corrupt`: The image cannot be decoded. `image_dimensions`: The image has unsupported dimensions. `image_too_costly`: The image costs too much to decode. `url_blocked`: The URL may not be fetched. `fetch_failed`: The image could not be fetched. `fetch_timeout`: Fetching the image took too long. `idempotency_key_reused`: The idempotency key belongs to another request. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params" | "unknown_model" | "match_unavailable" | "image_corrupt" | "image_dimensions" | "image_too_costly" | "url_blocked" | "fetch_failed" | "fetch_timeout" | "idempotency_key_reused";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. `tenant_queue_full`: Too many captions of this API key are waiting. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "tenant_queue_full";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. `model_unavailable`: No model has been registered yet. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full" | "model_unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    getCaption: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of an earlier answer: 304 while nothing has changed. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description `wait=N` (RFC 7240): answer when it has ended, or after N seconds, at most 60; `wait` alone: after 60. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /** @description The id of a caption. A UUID stands for the id of the same 128 bits. */
                id: components["parameters"]["CaptionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caption. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Caption"];
                };
            };
            /** @description Nothing has changed. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    putCaption: {
        parameters: {
            query?: {
                /** @description With an image as the body. Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between. */
                bad_words?: components["parameters"]["ImageBadWords"];
                /** @description With an image as the body. Draws each token by its probability instead of taking the likeliest. Not with beams. */
                do_sample?: components["parameters"]["ImageDoSample"];
                /** @description With an image as the body. */
                early_stopping?: components["parameters"]["ImageEarlyStopping"];
                /** @description With an image as the body. `alt` adds the caption as alternative text for the image: a sentence without "a picture of". */
                format?: components["parameters"]["ImageFormat"];
                /** @description With an image as the body. */
                length_penalty?: components["parameters"]["ImageLengthPenalty"];
                /** @description With an image as the body. Whether to say how well the caption fits the image, which takes a served model of image-text retrieval. */
                match?: components["parameters"]["ImageMatch"];
                /** @description With an image as the body. Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
                max_chars?: components["parameters"]["ImageMaxChars"];
                /** @description With an image as the body. */
                max_new_tokens?: components["parameters"]["ImageMaxNewTokens"];
                /** @description With an image as the body. At most 16 names with texts, given back with the caption. An object as JSON. */
                metadata?: components["parameters"]["ImageMetadata"];
                /** @description With an image as the body. Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
                min_confidence?: components["parameters"]["ImageMinConfidence"];
                /** @description With an image as the body. */
                min_new_tokens?: components["parameters"]["ImageMinNewTokens"];
                /** @description With an image as the body. The text does not end before it has that many words. */
                min_words?: components["parameters"]["ImageMinWords"];
                /** @description With an image as the body. A model of GET /v1/models. Default: the newest. */
                model?: components["parameters"]["ImageModel"];
                /** @description With an image as the body. */
                no_repeat_ngram_size?: components["parameters"]["ImageNoRepeatNgramSize"];
                /** @description With an image as the body. */
                num_beams?: components["parameters"]["ImageNumBeams"];
                /** @description With an image as the body. How many captions to make, as samples or of the best beams; all are in `captions`, the best is `caption`. */
                num_return_sequences?: components["parameters"]["ImageNumReturnSequences"];
                /** @description With an image as the body. */
                prompt?: components["parameters"]["ImagePrompt"];
                /** @description With an image as the body. */
                repetition_penalty?: components["parameters"]["ImageRepetitionPenalty"];
                /** @description With an image as the body. Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
                seed?: components["parameters"]["ImageSeed"];
                /** @description With an image as the body. Leaves the prompt out of the text. */
                suppress_prompt?: components["parameters"]["ImageSuppressPrompt"];
                /** @description With an image as the body. Divides the scores before each draw: above 1 varied, below 1 safe. */
                temperature?: components["parameters"]["ImageTemperature"];
                /** @description With an image as the body. Seconds after which the caption expires unless a worker has started it. */
                timeout_s?: components["parameters"]["ImageTimeoutS"];
                /** @description With an image as the body. Only this many of the likeliest tokens may be drawn; 0 for all. */
                top_k?: components["parameters"]["ImageTopK"];
                /** @description With an image as the body. Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
                top_p?: components["parameters"]["ImageTopP"];
                /** @description With an image as the body. The webhook notified when the work has ended; see docs/reference/webhooks.md. An object as JSON. */
                webhook?: components["parameters"]["ImageWebhook"];
            };
            header?: {
                /** @description `no-cache`: have the model run even if the result of an equal request is there already. */
                "Cache-Control"?: components["parameters"]["CacheControl"];
                /** @description `wait=N` (RFC 7240): answer when it has ended, or after N seconds, at most 60; `wait` alone: after 60. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /** @description The id of a caption. A UUID stands for the id of the same 128 bits. */
                id: components["parameters"]["CaptionId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "image": {
                 *         "url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAUUlEQVR42mP49eEETRHDqAWjFtDHgmc2GrgQFSzAYzoxdjBQYjQx1gycBSSZjscOBmqZjsuOUQtGLRi1YMBy8rAo7OhRH9CpRhttVYxaQAgBAMLwG6DLvUxPAAAAAElFTkSuQmCC"
                 *       },
                 *       "prompt": "a picture of",
                 *       "params": {
                 *         "max_new_tokens": 20
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["CaptionRequest"];
                "image/*": Blob;
                /**
                 * @example {
                 *       "image": "photo.jpg",
                 *       "prompt": "a picture of",
                 *       "max_new_tokens": 20
                 *     }
                 */
                "multipart/form-data": {
                    /**
                     * @description Words and phrases that may not occur, in any case. In a form or query: repeated, or with commas between.
                     * @example [
                     *       "arafed",
                     *       "a picture of"
                     *     ]
                     */
                    bad_words?: string[];
                    /** @description Draws each token by its probability instead of taking the likeliest. Not with beams. */
                    do_sample?: boolean;
                    early_stopping?: boolean | "never";
                    /**
                     * @description `alt` adds the caption as alternative text for the image: a sentence without "a picture of".
                     * @enum {string}
                     */
                    format?: "text" | "alt";
                    /** Format: binary */
                    image: Blob;
                    length_penalty?: number;
                    /** @description Whether to say how well the caption fits the image, which takes a served model of image-text retrieval. */
                    match?: boolean;
                    /** @description Characters that the text, or the alternative text, may have: it ends at the last whole word that fits. */
                    max_chars?: number;
                    max_new_tokens?: number;
                    /**
                     * @description At most 16 names with texts, given back with the caption.
                     * @example {
                     *       "album": "summer"
                     *     }
                     */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description Captions of less confidence are marked `low_confidence`. Default: the value of the model’s card. */
                    min_confidence?: number;
                    min_new_tokens?: number;
                    /** @description The text does not end before it has that many words. */
                    min_words?: number;
                    /** @description A model of GET /v1/models. Default: the newest. */
                    model?: string;
                    no_repeat_ngram_size?: number;
                    num_beams?: number;
                    /** @description How many captions to make, as samples or of the best beams; all are in `captions`, the best is `caption`. */
                    num_return_sequences?: number;
                    prompt?: string | null;
                    repetition_penalty?: number;
                    /** @description Number that the random numbers are made from: the same seed gives the same caption. By default a new one, which the resource shows. */
                    seed?: number;
                    /** @description Leaves the prompt out of the text. */
                    suppress_prompt?: boolean;
                    /** @description Divides the scores before each draw: above 1 varied, below 1 safe. */
                    temperature?: number;
                    /** @description Seconds after which the caption expires unless a worker has started it. */
                    timeout_s?: number;
                    /** @description Only this many of the likeliest tokens may be drawn; 0 for all. */
                    top_k?: number;
                    /** @description Only the likeliest tokens that reach this probability together may be drawn; 1 for all. */
                    top_p?: number;
                    /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
                    webhook?: {
                        /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                        events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                        /**
                         * @description The URL that receives signed events.
                         * @example https://example.com/hooks/blipq
                         */
                        url: string;
                    };
                };
            };
        };
        responses: {
            /** @description It has ended already. */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Caption"];
                };
            };
            /** @description It is queued; read it at its Location. */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Caption"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON. `malformed_multipart`: The multipart body cannot be read. `missing_image`: No image was given. `bad_idempotency_key`: The idempotency key is not usable. */
            400: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "malformed_json" | "malformed_multipart" | "missing_image" | "bad_idempotency_key";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `upload_too_slow`: The body came too slowly. */
            408: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "upload_too_slow";
                        /** @constant */
                        status?: 408;
                    };
                };
            };
            /** @description `idempotency_in_progress`: The first request with this key is still running. */
            409: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_in_progress";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `image_too_large`: The image has too many bytes. */
            413: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "image_too_large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported_media_type`: The image format is not supported. */
            415: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. `unknown_model`: No such model is being served. `match_unavailable`: No model can match this caption. `image_corrupt`: The image cannot be decoded. `image_dimensions`: The image has unsupported dimensions. `image_too_costly`: The image costs too much to decode. `url_blocked`: The URL may not be fetched. `fetch_failed`: The image could not be fetched. `fetch_timeout`: Fetching the image took too long. `idempotency_key_reused`: The idempotency key belongs to another request. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params" | "unknown_model" | "match_unavailable" | "image_corrupt" | "image_dimensions" | "image_too_costly" | "url_blocked" | "fetch_failed" | "fetch_timeout" | "idempotency_key_reused";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. `tenant_queue_full`: Too many captions of this API key are waiting. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "tenant_queue_full";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. `model_unavailable`: No model has been registered yet. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full" | "model_unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    deleteCaption: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a caption. A UUID stands for the id of the same 128 bits. */
                id: components["parameters"]["CaptionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    cancelCaption: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a caption. A UUID stands for the id of the same 128 bits. */
                id: components["parameters"]["CaptionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is canceled, now or before. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Caption"];
                };
            };
            /** @description It is running and will end as canceled. */
            202: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Caption"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `already_terminal`: The caption has already ended. */
            409: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "already_terminal";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    listCaptionDeliveries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a caption. A UUID stands for the id of the same 128 bits. */
                id: components["parameters"]["CaptionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its deliveries: none or one. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryPage"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    watchCaption: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the last received event; the stream continues after it. */
                "Last-Event-ID"?: components["parameters"]["LastEventId"];
            };
            path: {
                /** @description The id of a caption. A UUID stands for the id of the same 128 bits. */
                id: components["parameters"]["CaptionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream of events. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description It has ended and its last event was seen: do not reconnect. */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    retryCaption: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeating a request with the same key and content creates nothing and is answered with what the first created. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The id of a caption. A UUID stands for the id of the same 128 bits. */
                id: components["parameters"]["CaptionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new caption. */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Caption"];
                };
            };
            /** @description `bad_idempotency_key`: The idempotency key is not usable. */
            400: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "bad_idempotency_key";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `not_terminal`: The caption has not ended yet. `idempotency_in_progress`: The first request with this key is still running. */
            409: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_terminal" | "idempotency_in_progress";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. `input_expired`: The image is gone. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired" | "input_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `idempotency_key_reused`: The idempotency key belongs to another request. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. `tenant_queue_full`: Too many captions of this API key are waiting. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "tenant_queue_full";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    createChatCompletion: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "model": "blipq",
                 *       "messages": [
                 *         {
                 *           "role": "user",
                 *           "content": [
                 *             {
                 *               "type": "image_url",
                 *               "image_url": {
                 *                 "url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAUUlEQVR42mP49eEETRHDqAWjFtDHgmc2GrgQFSzAYzoxdjBQYjQx1gycBSSZjscOBmqZjsuOUQtGLRi1YMBy8rAo7OhRH9CpRhttVYxaQAgBAMLwG6DLvUxPAAAAAElFTkSuQmCC"
                 *               }
                 *             }
                 *           ]
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["ChatRequest"];
            };
        };
        responses: {
            /** @description An error in the shape that OpenAI’s clients read, with a code of this API. */
            "4XX": {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: {
                            code: string;
                            message: string;
                            param: string | null;
                            type: string;
                        };
                    };
                };
            };
            /** @description An error in the shape that OpenAI’s clients read, with a code of this API. */
            "5XX": {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: {
                            code: string;
                            message: string;
                            param: string | null;
                            type: string;
                        };
                    };
                };
            };
            /** @description The caption or answer; with `stream` as server-sent events that end with `[DONE]`. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatCompletion"];
                    "text/event-stream": string;
                };
            };
        };
    };
    createEventToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "ttl_s": 300
                 *     }
                 */
                "application/json": components["schemas"]["EventTokenRequest"];
            };
        };
        responses: {
            /** @description The token, which is shown once. */
            201: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventToken"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON. */
            400: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "malformed_json";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `upload_too_slow`: The body came too slowly. */
            408: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "upload_too_slow";
                        /** @constant */
                        status?: 408;
                    };
                };
            };
            /** @description `image_too_large`: The image has too many bytes. */
            413: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "image_too_large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported_media_type`: The image format is not supported. */
            415: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    listMatches: {
        parameters: {
            query?: {
                /** @description Only what was submitted with this batch. */
                batch_id?: components["parameters"]["OfBatch"];
                /** @description Only what was created after this time. */
                created_after?: components["parameters"]["CreatedAfter"];
                /** @description Only what was created before this time. */
                created_before?: components["parameters"]["CreatedBefore"];
                /** @description The `next_cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description How many on a page. */
                limit?: components["parameters"]["Limit"];
                /** @description Only those in this state. */
                state?: components["parameters"]["State"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of matches. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MatchPage"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    createMatch: {
        parameters: {
            query?: {
                /** @description With an image as the body. At most 16 names with texts, given back with the caption. An object as JSON. */
                metadata?: components["parameters"]["ImageMetadata"];
                /** @description With an image as the body. A model of GET /v1/models. Default: the newest. */
                model?: components["parameters"]["ImageModel"];
                /** @description With an image as the body. Texts to compare the image with. */
                texts?: components["parameters"]["ImageTexts"];
                /** @description With an image as the body. Seconds after which the caption expires unless a worker has started it. */
                timeout_s?: components["parameters"]["ImageTimeoutS"];
                /** @description With an image as the body. The webhook notified when the work has ended; see docs/reference/webhooks.md. An object as JSON. */
                webhook?: components["parameters"]["ImageWebhook"];
            };
            header?: {
                /** @description `no-cache`: have the model run even if the result of an equal request is there already. */
                "Cache-Control"?: components["parameters"]["CacheControl"];
                /** @description Repeating a request with the same key and content creates nothing and is answered with what the first created. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description `wait=N` (RFC 7240): answer when it has ended, or after N seconds, at most 60; `wait` alone: after 60. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "image": {
                 *         "url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAUUlEQVR42mP49eEETRHDqAWjFtDHgmc2GrgQFSzAYzoxdjBQYjQx1gycBSSZjscOBmqZjsuOUQtGLRi1YMBy8rAo7OhRH9CpRhttVYxaQAgBAMLwG6DLvUxPAAAAAElFTkSuQmCC"
                 *       },
                 *       "texts": [
                 *         "a dog",
                 *         "a cat"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["MatchRequest"];
                "image/*": Blob;
                /**
                 * @example {
                 *       "image": "photo.jpg",
                 *       "texts": [
                 *         "a dog",
                 *         "a cat"
                 *       ]
                 *     }
                 */
                "multipart/form-data": {
                    /** Format: binary */
                    image: Blob;
                    /**
                     * @description At most 16 names with texts, given back with the caption.
                     * @example {
                     *       "album": "summer"
                     *     }
                     */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description A model of GET /v1/models. Default: the newest. */
                    model?: string;
                    /**
                     * @description Texts to compare the image with.
                     * @example [
                     *       "a dog",
                     *       "a cat"
                     *     ]
                     */
                    texts: string[];
                    /** @description Seconds after which the caption expires unless a worker has started it. */
                    timeout_s?: number;
                    /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
                    webhook?: {
                        /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                        events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                        /**
                         * @description The URL that receives signed events.
                         * @example https://example.com/hooks/blipq
                         */
                        url: string;
                    };
                };
            };
        };
        responses: {
            /** @description It has ended already. */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Match"];
                };
            };
            /** @description It is queued; read it at its Location. */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Match"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON. `malformed_multipart`: The multipart body cannot be read. `missing_image`: No image was given. `bad_idempotency_key`: The idempotency key is not usable. */
            400: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "malformed_json" | "malformed_multipart" | "missing_image" | "bad_idempotency_key";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `upload_too_slow`: The body came too slowly. */
            408: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "upload_too_slow";
                        /** @constant */
                        status?: 408;
                    };
                };
            };
            /** @description `idempotency_in_progress`: The first request with this key is still running. */
            409: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_in_progress";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `image_too_large`: The image has too many bytes. */
            413: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "image_too_large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported_media_type`: The image format is not supported. */
            415: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. `unknown_model`: No such model is being served. `match_unavailable`: No model can match this caption. `image_corrupt`: The image cannot be decoded. `image_dimensions`: The image has unsupported dimensions. `image_too_costly`: The image costs too much to decode. `url_blocked`: The URL may not be fetched. `fetch_failed`: The image could not be fetched. `fetch_timeout`: Fetching the image took too long. `idempotency_key_reused`: The idempotency key belongs to another request. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params" | "unknown_model" | "match_unavailable" | "image_corrupt" | "image_dimensions" | "image_too_costly" | "url_blocked" | "fetch_failed" | "fetch_timeout" | "idempotency_key_reused";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. `tenant_queue_full`: Too many captions of this API key are waiting. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "tenant_queue_full";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. `model_unavailable`: No model has been registered yet. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full" | "model_unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    getMatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of an earlier answer: 304 while nothing has changed. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description `wait=N` (RFC 7240): answer when it has ended, or after N seconds, at most 60; `wait` alone: after 60. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /** @description The id of a match. */
                id: components["parameters"]["MatchId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The match. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Match"];
                };
            };
            /** @description Nothing has changed. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    putMatch: {
        parameters: {
            query?: {
                /** @description With an image as the body. At most 16 names with texts, given back with the caption. An object as JSON. */
                metadata?: components["parameters"]["ImageMetadata"];
                /** @description With an image as the body. A model of GET /v1/models. Default: the newest. */
                model?: components["parameters"]["ImageModel"];
                /** @description With an image as the body. Texts to compare the image with. */
                texts?: components["parameters"]["ImageTexts"];
                /** @description With an image as the body. Seconds after which the caption expires unless a worker has started it. */
                timeout_s?: components["parameters"]["ImageTimeoutS"];
                /** @description With an image as the body. The webhook notified when the work has ended; see docs/reference/webhooks.md. An object as JSON. */
                webhook?: components["parameters"]["ImageWebhook"];
            };
            header?: {
                /** @description `no-cache`: have the model run even if the result of an equal request is there already. */
                "Cache-Control"?: components["parameters"]["CacheControl"];
                /** @description `wait=N` (RFC 7240): answer when it has ended, or after N seconds, at most 60; `wait` alone: after 60. */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /** @description The id of a match. */
                id: components["parameters"]["MatchId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "image": {
                 *         "url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAUUlEQVR42mP49eEETRHDqAWjFtDHgmc2GrgQFSzAYzoxdjBQYjQx1gycBSSZjscOBmqZjsuOUQtGLRi1YMBy8rAo7OhRH9CpRhttVYxaQAgBAMLwG6DLvUxPAAAAAElFTkSuQmCC"
                 *       },
                 *       "texts": [
                 *         "a dog",
                 *         "a cat"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["MatchRequest"];
                "image/*": Blob;
                /**
                 * @example {
                 *       "image": "photo.jpg",
                 *       "texts": [
                 *         "a dog",
                 *         "a cat"
                 *       ]
                 *     }
                 */
                "multipart/form-data": {
                    /** Format: binary */
                    image: Blob;
                    /**
                     * @description At most 16 names with texts, given back with the caption.
                     * @example {
                     *       "album": "summer"
                     *     }
                     */
                    metadata?: {
                        [key: string]: string;
                    };
                    /** @description A model of GET /v1/models. Default: the newest. */
                    model?: string;
                    /**
                     * @description Texts to compare the image with.
                     * @example [
                     *       "a dog",
                     *       "a cat"
                     *     ]
                     */
                    texts: string[];
                    /** @description Seconds after which the caption expires unless a worker has started it. */
                    timeout_s?: number;
                    /** @description The webhook notified when the work has ended; see docs/reference/webhooks.md. */
                    webhook?: {
                        /** @description Default: every end of the caption, answer or match; of a batch, batch.completed. */
                        events?: ("caption.succeeded" | "caption.failed" | "caption.canceled" | "caption.expired" | "answer.succeeded" | "answer.failed" | "answer.canceled" | "answer.expired" | "match.succeeded" | "match.failed" | "match.canceled" | "match.expired" | "batch.completed")[];
                        /**
                         * @description The URL that receives signed events.
                         * @example https://example.com/hooks/blipq
                         */
                        url: string;
                    };
                };
            };
        };
        responses: {
            /** @description It has ended already. */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Match"];
                };
            };
            /** @description It is queued; read it at its Location. */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Match"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON. `malformed_multipart`: The multipart body cannot be read. `missing_image`: No image was given. `bad_idempotency_key`: The idempotency key is not usable. */
            400: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "malformed_json" | "malformed_multipart" | "missing_image" | "bad_idempotency_key";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `upload_too_slow`: The body came too slowly. */
            408: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "upload_too_slow";
                        /** @constant */
                        status?: 408;
                    };
                };
            };
            /** @description `idempotency_in_progress`: The first request with this key is still running. */
            409: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_in_progress";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `image_too_large`: The image has too many bytes. */
            413: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "image_too_large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported_media_type`: The image format is not supported. */
            415: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. `unknown_model`: No such model is being served. `match_unavailable`: No model can match this caption. `image_corrupt`: The image cannot be decoded. `image_dimensions`: The image has unsupported dimensions. `image_too_costly`: The image costs too much to decode. `url_blocked`: The URL may not be fetched. `fetch_failed`: The image could not be fetched. `fetch_timeout`: Fetching the image took too long. `idempotency_key_reused`: The idempotency key belongs to another request. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params" | "unknown_model" | "match_unavailable" | "image_corrupt" | "image_dimensions" | "image_too_costly" | "url_blocked" | "fetch_failed" | "fetch_timeout" | "idempotency_key_reused";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. `tenant_queue_full`: Too many captions of this API key are waiting. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "tenant_queue_full";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. `model_unavailable`: No model has been registered yet. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full" | "model_unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    deleteMatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a match. */
                id: components["parameters"]["MatchId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    cancelMatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a match. */
                id: components["parameters"]["MatchId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is canceled, now or before. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Match"];
                };
            };
            /** @description It is running and will end as canceled. */
            202: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Match"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `already_terminal`: The caption has already ended. */
            409: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "already_terminal";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    listMatchDeliveries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a match. */
                id: components["parameters"]["MatchId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its deliveries: none or one. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryPage"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    watchMatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the last received event; the stream continues after it. */
                "Last-Event-ID"?: components["parameters"]["LastEventId"];
            };
            path: {
                /** @description The id of a match. */
                id: components["parameters"]["MatchId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream of events. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description It has ended and its last event was seen: do not reconnect. */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    retryMatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Repeating a request with the same key and content creates nothing and is answered with what the first created. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description The id of a match. */
                id: components["parameters"]["MatchId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new match. */
            202: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    Location: components["headers"]["Location"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Match"];
                };
            };
            /** @description `bad_idempotency_key`: The idempotency key is not usable. */
            400: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "bad_idempotency_key";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `not_terminal`: The caption has not ended yet. `idempotency_in_progress`: The first request with this key is still running. */
            409: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_terminal" | "idempotency_in_progress";
                        /** @constant */
                        status?: 409;
                    };
                };
            };
            /** @description `result_expired`: The retention time is over. `input_expired`: The image is gone. */
            410: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "result_expired" | "input_expired";
                        /** @constant */
                        status?: 410;
                    };
                };
            };
            /** @description `idempotency_key_reused`: The idempotency key belongs to another request. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "idempotency_key_reused";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. `tenant_queue_full`: Too many captions of this API key are waiting. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited" | "tenant_queue_full";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    listModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All models that workers have registered. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelPage"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    getModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a model. */
                id: components["parameters"]["ModelId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description How many on a page. */
                limit?: components["parameters"]["Limit"];
                /** @description Only deliveries in this state. */
                state?: components["parameters"]["DeliveryState"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deliveries. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryPage"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    getDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a delivery, which is its `webhook-id`. */
                id: components["parameters"]["DeliveryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    redeliver: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a delivery, which is its `webhook-id`. */
                id: components["parameters"]["DeliveryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery, pending. */
            202: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    getWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The secrets that are valid now. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecret"];
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `not_found`: There is no such thing. */
            404: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "not_found";
                        /** @constant */
                        status?: 404;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://example.com/hooks/blipq"
                 *     }
                 */
                "application/json": components["schemas"]["WebhookTestRequest"];
            };
        };
        responses: {
            /** @description The receiver’s reaction. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookTest"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON. */
            400: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "malformed_json";
                        /** @constant */
                        status?: 400;
                    };
                };
            };
            /** @description `unauthorized`: No valid API key was given. */
            401: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unauthorized";
                        /** @constant */
                        status?: 401;
                    };
                };
            };
            /** @description `forbidden`: This API key may not do that. */
            403: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "forbidden";
                        /** @constant */
                        status?: 403;
                    };
                };
            };
            /** @description `upload_too_slow`: The body came too slowly. */
            408: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "upload_too_slow";
                        /** @constant */
                        status?: 408;
                    };
                };
            };
            /** @description `image_too_large`: The image has too many bytes. */
            413: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "image_too_large";
                        /** @constant */
                        status?: 413;
                    };
                };
            };
            /** @description `unsupported_media_type`: The image format is not supported. */
            415: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                        /** @constant */
                        status?: 415;
                    };
                };
            };
            /** @description `invalid_params`: A parameter is not valid. `url_blocked`: The URL may not be fetched. */
            422: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "invalid_params" | "url_blocked";
                        /** @constant */
                        status?: 422;
                    };
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "rate_limited";
                        /** @constant */
                        status?: 429;
                    };
                };
            };
            /** @description `internal_error`: Something unexpected went wrong. */
            500: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "internal_error";
                        /** @constant */
                        status?: 500;
                    };
                };
            };
            /** @description `queue_unavailable`: The queue cannot be reached. `shutting_down`: This server is shutting down. `queue_full`: The queue is full. `notifier_unavailable`: No notifier answers. */
            503: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "queue_unavailable" | "shutting_down" | "queue_full" | "notifier_unavailable";
                        /** @constant */
                        status?: 503;
                    };
                };
            };
        };
    };
    onAnswerCanceled: {
        parameters: {
            query?: never;
            header: {
                /** @description The same on every attempt: skip those that were handled. */
                "webhook-id": string;
                /** @description `v1,` and an HMAC in base64; several are separated by blanks. */
                "webhook-signature": string;
                /** @description When this attempt was made, in seconds since 1970. */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnswerWebhook"];
            };
        };
        responses: {
            /** @description It was received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is tried again later; 410 disables the endpoint. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onAnswerExpired: {
        parameters: {
            query?: never;
            header: {
                /** @description The same on every attempt: skip those that were handled. */
                "webhook-id": string;
                /** @description `v1,` and an HMAC in base64; several are separated by blanks. */
                "webhook-signature": string;
                /** @description When this attempt was made, in seconds since 1970. */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnswerWebhook"];
            };
        };
        responses: {
            /** @description It was received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is tried again later; 410 disables the endpoint. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onAnswerFailed: {
        parameters: {
            query?: never;
            header: {
                /** @description The same on every attempt: skip those that were handled. */
                "webhook-id": string;
                /** @description `v1,` and an HMAC in base64; several are separated by blanks. */
                "webhook-signature": string;
                /** @description When this attempt was made, in seconds since 1970. */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnswerWebhook"];
            };
        };
        responses: {
            /** @description It was received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is tried again later; 410 disables the endpoint. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onAnswerSucceeded: {
        parameters: {
            query?: never;
            header: {
                /** @description The same on every attempt: skip those that were handled. */
                "webhook-id": string;
                /** @description `v1,` and an HMAC in base64; several are separated by blanks. */
                "webhook-signature": string;
                /** @description When this attempt was made, in seconds since 1970. */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnswerWebhook"];
            };
        };
        responses: {
            /** @description It was received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is tried again later; 410 disables the endpoint. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onBatchCompleted: {
        parameters: {
            query?: never;
            header: {
                /** @description The same on every attempt: skip those that were handled. */
                "webhook-id": string;
                /** @description `v1,` and an HMAC in base64; several are separated by blanks. */
                "webhook-signature": string;
                /** @description When this attempt was made, in seconds since 1970. */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchWebhook"];
            };
        };
        responses: {
            /** @description It was received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is tried again later; 410 disables the endpoint. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onCaptionCanceled: {
        parameters: {
            query?: never;
            header: {
                /** @description The same on every attempt: skip those that were handled. */
                "webhook-id": string;
                /** @description `v1,` and an HMAC in base64; several are separated by blanks. */
                "webhook-signature": string;
                /** @description When this attempt was made, in seconds since 1970. */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CaptionWebhook"];
            };
        };
        responses: {
            /** @description It was received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is tried again later; 410 disables the endpoint. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onCaptionExpired: {
        parameters: {
            query?: never;
            header: {
                /** @description The same on every attempt: skip those that were handled. */
                "webhook-id": string;
                /** @description `v1,` and an HMAC in base64; several are separated by blanks. */
                "webhook-signature": string;
                /** @description When this attempt was made, in seconds since 1970. */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CaptionWebhook"];
            };
        };
        responses: {
            /** @description It was received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is tried again later; 410 disables the endpoint. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onCaptionFailed: {
        parameters: {
            query?: never;
            header: {
                /** @description The same on every attempt: skip those that were handled. */
                "webhook-id": string;
                /** @description `v1,` and an HMAC in base64; several are separated by blanks. */
                "webhook-signature": string;
                /** @description When this attempt was made, in seconds since 1970. */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CaptionWebhook"];
            };
        };
        responses: {
            /** @description It was received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is tried again later; 410 disables the endpoint. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onCaptionSucceeded: {
        parameters: {
            query?: never;
            header: {
                /** @description The same on every attempt: skip those that were handled. */
                "webhook-id": string;
                /** @description `v1,` and an HMAC in base64; several are separated by blanks. */
                "webhook-signature": string;
                /** @description When this attempt was made, in seconds since 1970. */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CaptionWebhook"];
            };
        };
        responses: {
            /** @description It was received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is tried again later; 410 disables the endpoint. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMatchCanceled: {
        parameters: {
            query?: never;
            header: {
                /** @description The same on every attempt: skip those that were handled. */
                "webhook-id": string;
                /** @description `v1,` and an HMAC in base64; several are separated by blanks. */
                "webhook-signature": string;
                /** @description When this attempt was made, in seconds since 1970. */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MatchWebhook"];
            };
        };
        responses: {
            /** @description It was received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is tried again later; 410 disables the endpoint. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMatchExpired: {
        parameters: {
            query?: never;
            header: {
                /** @description The same on every attempt: skip those that were handled. */
                "webhook-id": string;
                /** @description `v1,` and an HMAC in base64; several are separated by blanks. */
                "webhook-signature": string;
                /** @description When this attempt was made, in seconds since 1970. */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MatchWebhook"];
            };
        };
        responses: {
            /** @description It was received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is tried again later; 410 disables the endpoint. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMatchFailed: {
        parameters: {
            query?: never;
            header: {
                /** @description The same on every attempt: skip those that were handled. */
                "webhook-id": string;
                /** @description `v1,` and an HMAC in base64; several are separated by blanks. */
                "webhook-signature": string;
                /** @description When this attempt was made, in seconds since 1970. */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MatchWebhook"];
            };
        };
        responses: {
            /** @description It was received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is tried again later; 410 disables the endpoint. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMatchSucceeded: {
        parameters: {
            query?: never;
            header: {
                /** @description The same on every attempt: skip those that were handled. */
                "webhook-id": string;
                /** @description `v1,` and an HMAC in base64; several are separated by blanks. */
                "webhook-signature": string;
                /** @description When this attempt was made, in seconds since 1970. */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MatchWebhook"];
            };
        };
        responses: {
            /** @description It was received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is tried again later; 410 disables the endpoint. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onPing: {
        parameters: {
            query?: never;
            header: {
                /** @description The same on every attempt: skip those that were handled. */
                "webhook-id": string;
                /** @description `v1,` and an HMAC in base64; several are separated by blanks. */
                "webhook-signature": string;
                /** @description When this attempt was made, in seconds since 1970. */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PingWebhook"];
            };
        };
        responses: {
            /** @description It was received. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is tried again later; 410 disables the endpoint. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
