/** The addon; throws an error that says what to install if there is none, or one of another version. */
export declare function load(): unknown;

/** The name of this machine in the names of packages, such as `linux-x64-gnu`. */
export declare function platform(): string;
