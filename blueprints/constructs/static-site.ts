import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  type DistributionProps,
  HttpVersion,
  OriginRequestPolicy,
  PriceClass,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { suppress } from './nag.ts';
import { logBucket, siteBucket } from './site-buckets.ts';
import { siteHeaders } from './site-headers.ts';

export interface StaticSiteOptions {
  /** Host name of the HTTP API that answers under `/api/`. */
  readonly apiDomainName: string;
  /** The site's own name and its certificate (in us-east-1); without it the site has CloudFront's name. */
  readonly domain?: { readonly name: string; readonly certificateArn: string };
}

/** A private bucket that only the distribution in front of it may read, and the bucket that their access logs go to. */
export class StaticSite extends Construct {
  readonly bucket: Bucket;
  readonly distribution: Distribution;
  /** The name guests type: the domain's, or CloudFront's. */
  readonly hostName: string;

  constructor(scope: Construct, id: string, options: StaticSiteOptions) {
    super(scope, id);
    const logs = logBucket(this);
    this.bucket = siteBucket(this, logs);
    this.distribution = this.inFrontOf(this.bucket, logs, options);
    this.hostName = options.domain?.name ?? this.distribution.distributionDomainName;
  }

  private inFrontOf(bucket: Bucket, logs: Bucket, { apiDomainName, domain }: StaticSiteOptions): Distribution {
    const shared = {
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: siteHeaders(this),
      compress: true,
    };
    const files: BehaviorOptions = {
      ...shared,
      origin: S3BucketOrigin.withOriginAccessControl(bucket),
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
    };
    const api: BehaviorOptions = {
      ...shared,
      origin: new HttpOrigin(apiDomainName),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    };
    const distribution = new Distribution(this, 'Distribution', {
      defaultBehavior: files,
      additionalBehaviors: { '/api/*': api },
      defaultRootObject: 'index.html',
      // The bucket answers 403 for a key that is not there, to whoever may not list it. Only 403 is replaced: the rule
      // holds for every behaviour, and a 404 of the API is the API's own.
      errorResponses: [
        { httpStatus: 403, responseHttpStatus: 404, responsePagePath: '/404.html', ttl: Duration.seconds(10) },
      ],
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      enableLogging: true,
      logBucket: logs,
      logFilePrefix: 'cloudfront/',
      ...(domain ? this.named(domain) : {}),
    });
    justify(distribution, domain !== undefined);
    return distribution;
  }

  private named(domain: { name: string; certificateArn: string }): Partial<DistributionProps> {
    return {
      domainNames: [domain.name],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    };
  }
}

function justify(distribution: Distribution, hasCertificate: boolean): void {
  suppress(distribution, 'AwsSolutions-CFR1', 'Guests abroad may read the menu and book before they travel.');
  suppress(
    distribution,
    'AwsSolutions-CFR2',
    'This system has no WAF by design; the API is throttled, and web-classic shows the WAF.',
  );
  if (hasCertificate) return;
  suppress(
    distribution,
    'AwsSolutions-CFR4',
    "Under CloudFront's own name and certificate the minimum TLS version cannot be chosen; with -c domainName and " +
      '-c certificateArn it is TLSv1.2_2021.',
  );
}
