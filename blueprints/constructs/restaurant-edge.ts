import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AccessLevel,
  AllowedMethods,
  type BehaviorOptions,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  HttpVersion,
  type IOrigin,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  PriceClass,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, OriginGroup, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Annotations, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { suppress } from './nag.ts';
import { logBucket, privateBucket, siteBucket } from './site-buckets.ts';
import { siteHeaders } from './site-headers.ts';

export interface RestaurantEdgeOptions {
  readonly siteName: string;
  readonly certificate: ICertificate;
  readonly webAclArn: string;
  readonly buckets: RestaurantBuckets;
  /** Name of the load balancer that its certificate holds, and the header without which it answers nobody. */
  readonly origin: { readonly name: string; readonly header: string; readonly secret: string };
}

/** The buckets of the site: its files, the pictures the desk uploads, and access logs. */
export class RestaurantBuckets extends Construct {
  readonly logs: Bucket;
  readonly site: Bucket;
  readonly media: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.logs = logBucket(this);
    this.site = siteBucket(this, this.logs);
    this.media = new Bucket(this, 'Media', {
      ...privateBucket,
      versioned: true,
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      serverAccessLogsBucket: this.logs,
      serverAccessLogsPrefix: 'media/',
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}

/** What is over in a moment is not shown for the ten seconds that CloudFront keeps errors; a second shields the origin. */
const passing = [502, 503, 504];

/** The distribution: files and pictures from their buckets, everything else from the load balancer, behind a firewall. */
export class RestaurantEdge extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, options: RestaurantEdgeOptions) {
    super(scope, id);
    const { buckets } = options;
    const shared = { viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS, compress: true };
    const framed = { ...shared, responseHeadersPolicy: siteHeaders(this) };
    const balancer = loadBalancer(options);
    const services = {
      origin: balancer,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    };
    const answers: BehaviorOptions = { ...framed, ...services, cachePolicy: this.asTheServiceSays() };
    // The desk: never kept, under the name the browser used, with the content security policy of its own.
    const desk: BehaviorOptions = {
      ...shared,
      ...services,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER,
    };
    this.distribution = new Distribution(this, 'Distribution', {
      domainNames: [options.siteName],
      certificate: options.certificate,
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      webAclId: options.webAclArn,
      // An error page of the distribution would take the place of the services' own 404s as well. So a file that is not
      // there is asked of the services, which know no such page either and say so as the rest of the site speaks.
      defaultBehavior: files(
        framed,
        new OriginGroup({
          primaryOrigin: bucketOrigin(buckets.site),
          fallbackOrigin: balancer,
          fallbackStatusCodes: [404],
        }),
      ),
      additionalBehaviors: {
        '/api/*': answers,
        '/pages/*': answers,
        '/admin*': desk,
        '/media/*': files(framed, bucketOrigin(buckets.media)),
      },
      errorResponses: passing.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(1) })),
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      enableLogging: true,
      logBucket: buckets.logs,
      logFilePrefix: 'cloudfront/',
    });
    // With the root object above, and S3 asked for one key by every other path, nobody is shown what is in a bucket.
    Annotations.of(this.distribution).acknowledgeWarning('@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk');
    suppress(this.distribution, 'AwsSolutions-CFR1', 'Guests abroad may read the menu and book before they travel.');
  }

  /** Menu and pages say how long they may be kept; orders and reservations say that they may not. */
  private asTheServiceSays(): CachePolicy {
    return new CachePolicy(this, 'AsTheServiceSays', {
      comment: 'Kept as long as the service allows, by path and query',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.days(1),
      queryStringBehavior: CacheQueryStringBehavior.all(),
      headerBehavior: CacheHeaderBehavior.none(),
      cookieBehavior: CacheCookieBehavior.none(),
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    });
  }
}

function files(shared: Omit<BehaviorOptions, 'origin'>, origin: IOrigin): BehaviorOptions {
  return { ...shared, origin, cachePolicy: CachePolicy.CACHING_OPTIMIZED };
}

/** "GetObject": S3 answers 404 for what is not there only to who may list the bucket, and 403 to everyone else. */
function bucketOrigin(bucket: Bucket): IOrigin {
  return S3BucketOrigin.withOriginAccessControl(bucket, { originAccessLevels: [AccessLevel.READ, AccessLevel.LIST] });
}

function loadBalancer({ origin }: RestaurantEdgeOptions): IOrigin {
  return new HttpOrigin(origin.name, {
    protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
    customHeaders: { [origin.header]: origin.secret },
    readTimeout: Duration.seconds(30),
  });
}
