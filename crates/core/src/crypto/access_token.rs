//! Access tokens: issued and believed here, nowhere else.
