//! The page's side of the workers: pool, model cache, requests.
